import { figure, median, p99, ratio } from '../measure/numbers.ts';
import { markdown } from '../measure/publish.ts';
import type { Encoding } from '../measure/scrape.ts';
import type { Plot } from '../plot/line-plot.ts';
import { type Series, TARGETS, type Target } from './targets.ts';

/** What was measured with so many databases. */
export interface SizeFigures {
  readonly databases: number;
  readonly series: readonly Series[];
}

/** How many times as long the others take, alone and in a crowd. */
export function ratioTable(all: readonly SizeFigures[]): string {
  const rows = all.flatMap(({ databases, series }) =>
    (['plain', 'gzip'] as const).map((encoding) => {
      const [ours, theirs, node] = TARGETS.map((target) => seriesOf(series, target, encoding)) as [
        Series,
        Series,
        Series,
      ];
      const alone = median(ours.alone);
      const crowd = median(ours.crowd);
      return [
        databases.toLocaleString('en'),
        encoding,
        ratio(median(theirs.alone), alone),
        ratio(median(theirs.alone) + median(node.alone), alone),
        ratio(p99(theirs.alone), p99(ours.alone)),
        ratio(median(theirs.crowd), crowd),
      ];
    }),
  );
  return markdown(
    [
      'databases',
      'encoding',
      'postgres_exporter, p50',
      '… + node_exporter, p50',
      'postgres_exporter, p99',
      '50 at once, p50',
    ],
    rows,
  );
}

/** Milliseconds and bytes of each. */
export function scrapeTable(all: readonly SizeFigures[]): string {
  const rows = all.flatMap(({ databases, series }) =>
    series.map((one) => [
      databases.toLocaleString('en'),
      one.target,
      one.encoding,
      figure(median(one.alone)),
      figure(p99(one.alone)),
      figure(median(one.again)),
      figure(median(one.crowd)),
      figure(p99(one.crowd)),
      one.bytes.toLocaleString('en'),
      String(one.alone.length),
    ]),
  );
  return markdown(
    [
      'databases',
      'target',
      'encoding',
      'p50, ms',
      'p99, ms',
      'same report again, p50, ms',
      '50 at once, p50, ms',
      '50 at once, p99, ms',
      'bytes',
      'scrapes',
    ],
    rows,
  );
}

/** Time of a scrape by number of databases, one line for each target. */
export function scrapePlot(all: readonly SizeFigures[]): Plot {
  const line = (name: string, of: (series: readonly Series[]) => number) => ({
    name,
    points: all.map(({ databases, series }) => [databases, of(series)] as const),
  });
  const of =
    (target: Target, middle: (values: readonly number[]) => number, which: 'alone' | 'crowd') =>
    (series: readonly Series[]): number =>
      middle(seriesOf(series, target, 'plain')[which]);
  return {
    title: 'Time of a scrape, plain',
    x: { label: 'databases', log: true },
    y: { label: 'milliseconds', log: true },
    lines: [
      line('pgvigil, p50', of('pgvigil', median, 'alone')),
      line('pgvigil, p99', of('pgvigil', p99, 'alone')),
      line('pgvigil, 50 at once, p50', of('pgvigil', median, 'crowd')),
      line('postgres_exporter, p50', of('postgres_exporter', median, 'alone')),
      line('node_exporter, p50', of('node_exporter', median, 'alone')),
      line('as many bytes, ready, p50', of('ready answer', median, 'alone')),
    ],
  };
}

function seriesOf(series: readonly Series[], target: Target, encoding: Encoding): Series {
  const found = series.find((one) => one.target === target && one.encoding === encoding);
  if (found === undefined) throw new Error(`${target} was not scraped ${encoding}`);
  return found;
}
