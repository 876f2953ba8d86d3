import { afterAll, expect, test } from 'vitest';
import { figure } from './measure/numbers.ts';
import { createLoads, markdown, publish } from './measure/publish.ts';
import { costsOf, EVERY_SCRAPE, EVERY_TICK, STAGES, type Stage, type StageCosts } from './tick/stages.ts';
import type { Extent } from './tick/world.ts';

/** BENCH_TICKS=20 npm run bench -- tick */
const TICKS = Number(process.env['BENCH_TICKS'] ?? 40);
const TIMEOUT_MS = 600_000;
const SMALL: Extent = { servers: 1, databases: 10, volumes: 1, filesystems: 2 };
const GROWING = {
  databases: [10, 100, 1_000, 2_000, 5_000, 10_000],
  servers: [1, 10, 50, 100, 200],
  volumes: [10, 100, 200, 400],
  filesystems: [10, 50, 100, 200],
} as const satisfies Record<keyof Extent, readonly number[]>;

interface Row {
  readonly grows: keyof Extent;
  readonly size: number;
  readonly costs: StageCosts;
}

/** What a tick costs by stage, without a server: it happens in one process, on a made-up world in which all is well. */
const loads = createLoads();
const rows: Row[] = [];

const CASES = Object.entries(GROWING).flatMap(([grows, sizes]) =>
  sizes.map((size) => ({ grows: grows as keyof Extent, size })),
);

test.each(CASES)('$size $grows', { timeout: TIMEOUT_MS, retry: 0 }, ({ grows, size }) => {
  const costs = costsOf({ ...SMALL, [grows]: size }, TICKS);
  rows.push({ grows, size, costs });
  expect(Object.values(costs).every((ms) => ms >= 0)).toBe(true);
});

const sumOf = (costs: StageCosts, stages: readonly Stage[]): number =>
  stages.reduce((sum, stage) => sum + costs[stage], 0);

/** How the cost grows with the size, as a power: 1 is in proportion, 2 would be its square. */
function growth(before: Row | undefined, { grows, size, costs }: Row): string {
  if (before === undefined || before.grows !== grows) return '';
  const all = [...EVERY_TICK, ...EVERY_SCRAPE];
  const more = sumOf(costs, all) / sumOf(before.costs, all);
  return figure(more ** (Math.log(2) / Math.log(size / before.size)));
}

afterAll(() => {
  if (rows.length === 0) return;
  const table = markdown(
    ['grows', 'to', ...STAGES, 'every second', 'twice as many cost'],
    rows.map((row, index) => [
      row.grows,
      row.size.toLocaleString('en'),
      ...STAGES.map((stage) => figure(row.costs[stage], 2)),
      figure(sumOf(row.costs, EVERY_TICK), 2),
      growth(rows[index - 1], row),
    ]),
  );
  const ofDatabases = rows.filter(({ grows }) => grows === 'databases');
  publish('tick', {
    tables: [table],
    loads,
    data: { ticks: TICKS, small: SMALL, rows },
    plots: {
      tick: {
        title: 'What a second costs, by stage',
        x: { label: 'databases', log: true },
        y: { label: 'milliseconds', log: true },
        lines: STAGES.map((stage) => ({
          name: stage,
          points: ofDatabases.map(({ size, costs }) => [size, costs[stage]] as const),
        })),
      },
    },
  });
});
