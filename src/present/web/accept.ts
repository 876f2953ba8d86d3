import type { MetricsFormat } from '../metrics/render.ts';

interface Range {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The exposition a scraper likes best, by its Accept header (RFC 9110 §12.5.1). Text wins a tie unless
 * OpenMetrics was named and text only fell under a wildcard; without a match it is text, which everything reads.
 */
export function metricsFormatFor(accept: string | undefined): MetricsFormat {
  const ranges = parseRanges(accept ?? '*/*');
  const text = best(ranges, 'text', 'plain', ['0.0.4']);
  const openMetrics = best(ranges, 'application', 'openmetrics-text', ['1.0.0']);
  if (openMetrics.quality === text.quality) {
    return openMetrics.quality > 0 && openMetrics.closeness > text.closeness ? 'openmetrics' : 'text';
  }
  return openMetrics.quality > text.quality ? 'openmetrics' : 'text';
}

/** Whether an answer may be compressed, by the Accept-Encoding header (RFC 9110 §12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const ranges = parseRanges(acceptEncoding ?? '');
  const qualityOf = (name: string): number | undefined =>
    ranges.find((range) => range.name === name)?.quality;
  const gzip = qualityOf('gzip') ?? qualityOf('x-gzip') ?? qualityOf('*') ?? 0;
  return gzip > 0 && gzip >= (qualityOf('identity') ?? 0);
}

/** Of all ranges that cover the type, the closest one decides. */
function best(
  ranges: readonly Range[],
  type: string,
  subtype: string,
  versions: readonly string[],
): { readonly quality: number; readonly closeness: number } {
  let found = { quality: 0, closeness: -1 };
  for (const { name, parameters, quality } of ranges) {
    const version = parameters.get('version');
    const exact = name === `${type}/${subtype}` && (version === undefined || versions.includes(version));
    const closeness = exact
      ? version === undefined
        ? 2
        : 3
      : name === `${type}/*`
        ? 1
        : name === '*/*'
          ? 0
          : -1;
    if (closeness > found.closeness) found = { quality, closeness };
  }
  return found;
}

function parseRanges(header: string): Range[] {
  return header.split(',').map((part) => {
    const [name = '', ...rest] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const parameters = new Map(
      rest.map((piece) => {
        const [key = '', value = ''] = piece.split('=', 2).map((side) => side.trim().replace(/^"|"$/g, ''));
        return [key, value] as const;
      }),
    );
    const quality = parameters.has('q') ? Number(parameters.get('q')) : 1;
    return { name, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}
