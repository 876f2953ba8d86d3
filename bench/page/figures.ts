/** What was measured of one path: milliseconds, one for each act that was told. */
export interface Series {
  readonly act: string;
  readonly path: string;
  /** What the time counts from. */
  readonly from: string;
  readonly tookMs: number[];
  /** Acts that were not told within the time that was waited. */
  untold: number;
}

/** The value that so many hundredths of all do not exceed (nearest rank); `undefined` where there is none. */
export function percentile(values: readonly number[], hundredths: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((hundredths / 100) * sorted.length) - 1)];
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(2));

/** A table of Markdown, times in seconds. */
export function tableOf(all: readonly Series[]): string {
  const rows = all.map(({ act, path, from, tookMs, untold }) => [
    act,
    path,
    from,
    `${tookMs.length}${untold === 0 ? '' : ` (and ${untold} not told)`}`,
    ...[50, 95, 100].map((hundredths) => seconds(percentile(tookMs, hundredths))),
  ]);
  const lines = [['act', 'told by', 'counted from', 'runs', 'median', 'p95', 'longest'], ...rows];
  return lines
    .toSpliced(1, 0, lines[0]?.map(() => '---') ?? [])
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
