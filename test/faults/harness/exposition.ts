/** One series of a scrape. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Labels that a series must have, whatever others it has. */
export type Labels = Readonly<Record<string, string>>;

/** One page of metrics, as Prometheus would take it. */
export interface Exposition {
  readonly text: string;
  readonly series: readonly Series[];
  /** Those with this name and at least these labels. */
  readonly find: (name: string, labels?: Labels) => readonly Series[];
  /** The value of the only series with this name and at least these labels; `undefined` when there is none. */
  readonly value: (name: string, labels?: Labels) => number | undefined;
}

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/g;

/**
 * Reads the Prometheus text format 0.0.4, without timestamps. Throws where a line is not of that format, where a
 * series is there twice, and where the text does not end with a line feed.
 */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error(`cut off: ${JSON.stringify(text.slice(-80))}`);
  const seen = new Set<string>();
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Series => {
      const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      if (name === '') throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(LABEL)].map(([, label = '', quoted = '']): [string, string] => [
        label,
        quoted.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
      ]);
      const key = JSON.stringify([name, pairs.map((pair) => pair.join('=')).sort()]);
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      return { name, labels: Object.fromEntries(pairs), value: numberOf(value) };
    });
  const find: Exposition['find'] = (name, labels = {}) =>
    series.filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    );
  return {
    text,
    series,
    find,
    value(name, labels) {
      const found = find(name, labels);
      if (found.length > 1) throw new Error(`${name}: ${found.length} series with ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
  };
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw new Error(`not a number: ${text}`);
  return value;
}
