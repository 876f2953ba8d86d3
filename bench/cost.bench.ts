import { afterAll, expect, test } from 'vitest';
import { describeWith } from '../test/kit/needs.ts';
import { type CostFigures, measureCost } from './cost/measure.ts';
import { costPlots, ownTable, serverTable } from './cost/tables.ts';
import { SIZES } from './measure/numbers.ts';
import { createLoads, publish } from './measure/publish.ts';

/** BENCH_MINUTES=10 npm run bench -- cost */
const MINUTES = Number(process.env['BENCH_MINUTES'] ?? 2);
const OVERHEAD_MS = 1_200_000;

/** What watching costs: pgvigil itself, and the server that it looks at, each second; beside postgres_exporter. */
describeWith(['root', 'postgres15', 'dockerd', 'postgres-exporter', 'node-exporter'], 'cost', () => {
  const loads = createLoads();
  const all: CostFigures[] = [];

  test.each(SIZES)(
    '%i databases',
    { timeout: OVERHEAD_MS + MINUTES * 60_000, retry: 0 },
    async (databases) => {
      loads.note();
      const figures = await measureCost(databases, MINUTES);
      all.push(figures);
      expect(figures.serverOfPgvigil.statements).toBeGreaterThan(0);
      expect(figures.serverOfExporter.statements).toBeGreaterThan(0);
    },
  );

  afterAll(() => {
    if (all.length === 0) return;
    publish('cost', {
      tables: [ownTable(all), serverTable(all)],
      loads,
      data: { sizes: all },
      plots: costPlots(all),
    });
  });
});
