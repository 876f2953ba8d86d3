import { basename, dirname } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ensureBuilt } from '../test/kit/build.ts';
import { MAIN } from '../test/kit/exporter.ts';
import { describeWith } from '../test/kit/needs.ts';
import { figure, median, p99 } from './measure/numbers.ts';
import { copyNode } from './measure/own-node.ts';
import { createLoads, markdown, publish } from './measure/publish.ts';
import { nameOf, startServerWith } from './measure/server-with.ts';
import { measureStarts, type Starts } from './start/starts.ts';

/** BENCH_RUNS=20 npm run bench -- start; BENCH_MAIN=old/dist/main.js,new/dist/main.js compares builds. */
const RUNS = Number(process.env['BENCH_RUNS'] ?? 10);
const MAINS = (process.env['BENCH_MAIN'] ?? MAIN).split(',');
const MS_PER_RUN = 60_000;

const NAMES: Readonly<Record<Exclude<keyof Starts, 'pssBytes'>, string>> = {
  version: '`pgvigil --version`',
  help: '`pgvigil --help`',
  checkConfig: '`pgvigil check-config`',
  ensure: '`pgvigil ensure`, the database is there',
  ready: '`pgvigil serve` to `/-/ready`',
  present: '`pgvigil serve` to the first `pgvigil_database_present` 1',
};

/** How long a user waits after a start. */
describeWith(['postgres15'], 'start', () => {
  const loads = createLoads();
  const all = MAINS.map((main) => ({ main, runs: [] as Starts[] }));

  test('every command', { timeout: (RUNS + 1) * MAINS.length * MS_PER_RUN, retry: 0 }, async () => {
    await ensureBuilt();
    const postgres = await startServerWith(10);
    const own = copyNode();
    const node = own.path;
    try {
      // The first one finds nothing in the memory of the machine, and is not counted.
      for (const { main } of all) await measureStarts({ main, node }, postgres, nameOf(0));
      for (let run = 0; run < RUNS; run += 1)
        for (const { main, runs } of all) runs.push(await measureStarts({ main, node }, postgres, nameOf(0)));
    } finally {
      own.remove();
      await postgres.dispose();
    }
    expect(all.every(({ runs }) => runs.length === RUNS)).toBe(true);
  });

  afterAll(() => {
    const rows = all.flatMap(({ main, runs }) => {
      const build = MAINS.length === 1 ? [] : [basename(dirname(dirname(main)))];
      const times = Object.entries(NAMES).map(([key, name]) => {
        const took = runs.map((run) => run[key as keyof Starts]);
        return [...build, name, figure(median(took)), figure(p99(took))];
      });
      const memory = runs.map(({ pssBytes }) => pssBytes / 2 ** 20);
      return [
        ...times,
        [...build, 'PSS 5 s later, MiB', figure(median(memory)), figure(Math.max(...memory))],
      ];
    });
    const head = [...(MAINS.length === 1 ? [] : ['build']), 'what', 'median, ms', 'longest, ms'];
    publish('start', { tables: [markdown(head, rows)], loads, data: { runs: RUNS, all } });
  });
});
