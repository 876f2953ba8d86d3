import type { Family } from './sheet.ts';

/** The two expositions that Prometheus of every age reads. */
export type MetricsFormat = 'text' | 'openmetrics';

/** The Content-Type of each: Prometheus 3 refuses a scrape without a valid one. */
export const METRICS_CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Text is turned into bytes piece by piece: one string of many megabytes takes twice as long. */
const PIECE_CHARACTERS = 16_384;

/** What OpenMetrics ends with. */
const END = { text: '', openmetrics: '# EOF\n' } as const satisfies Record<MetricsFormat, string>;

/**
 * Families as an exposition, in UTF-8. Written out by hand: prom-client takes several times as long, and it keys
 * series by labels joined without escaping, where `{a="x,b:y"}` and `{a="x",b="y"}` are one.
 */
export function renderMetrics(families: readonly Family[], format: MetricsFormat): Buffer {
  return Buffer.concat([...families.map((family) => renderFamily(family, format)), renderEnd(format)]);
}

/** One family of an exposition. */
export function renderFamily(family: Family, format: MetricsFormat): Buffer {
  const { name, help, type, labels, values, sampleNames } = family;
  const pieces: Buffer[] = [];
  // OpenMetrics names the family of a counter without the suffix that its samples have.
  const title = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  let piece = `# HELP ${title} ${escapeHelp(help, format)}\n# TYPE ${title} ${type}\n`;
  for (let index = 0; index < labels.length; index++) {
    piece += `${sampleNames?.[index] ?? name}${labels[index]} ${values[index]}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    pieces.push(Buffer.from(piece));
    piece = '';
  }
  pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** What comes after the last family. */
export function renderEnd(format: MetricsFormat): Buffer {
  return Buffer.from(END[format]);
}

function escapeHelp(help: string, format: MetricsFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  // Only OpenMetrics escapes the quote here.
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
