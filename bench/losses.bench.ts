import { afterAll, expect, test } from 'vitest';
import { describeWith } from '../test/kit/needs.ts';
import { REPRESENTATIVE } from '../test/scenarios/catalogue.ts';
import { createEngines } from '../test/scenarios/engines.ts';
import { runScenario } from '../test/scenarios/run-scenario.ts';
import { figure, median } from './measure/numbers.ts';
import { createLoads, markdown, publish } from './measure/publish.ts';

/** BENCH_RUNS=10 npm run bench -- losses */
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const MS_PER_RUN = 240_000;
const LOSSES = REPRESENTATIVE.filter(({ group }) => group === 'loss');

/** How long each loss takes until it is reported with its cause. `npm run scenarios` has every loss there is, once. */
describeWith(['root', 'postgres', 'postgres15', 'dockerd', 'docker-compose', 'debootstrap'], 'losses', () => {
  const engines = createEngines();
  const loads = createLoads();
  const all = new Map<string, number[]>();

  test.each(LOSSES)('$name', { timeout: RUNS * MS_PER_RUN, retry: 0 }, async (scenario) => {
    for (let run = 0; run < RUNS; run += 1) {
      // What opens long after the loss is for the scenarios to see.
      const outcome = await runScenario({ ...scenario, watchMs: 0 }, `b${all.size}r${run}`, engines);
      loads.note();
      expect(outcome.verdict, outcome.why).toBe('right');
      all.set(scenario.name, [...(all.get(scenario.name) ?? []), outcome.toldMs ?? Number.NaN]);
    }
  });

  afterAll(async () => {
    await engines.stop();
    const rows = [...all].map(([name, took]) => [
      name,
      String(took.length),
      ...[median(took), Math.max(...took)].map((ms) => figure(ms / 1000)),
    ]);
    publish('losses', {
      tables: [markdown(['loss', 'runs', 'told with its cause after, median, s', 'longest, s'], rows)],
      loads,
      data: { runs: RUNS, losses: [...all].map(([name, tookMs]) => ({ name, tookMs })) },
    });
  }, 120_000);
});
