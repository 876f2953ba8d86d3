import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startDockerd } from '../test/kit/docker.ts';
import type { Exporter } from '../test/kit/exporter.ts';
import { describeWith } from '../test/kit/needs.ts';
import { scrapeRegularly } from './cost/measure.ts';
import { meterOf, type OwnCost } from './cost/usage.ts';
import { figure } from './measure/numbers.ts';
import { copyNode } from './measure/own-node.ts';
import { watchAll } from './measure/pgvigil.ts';
import { createLoads, markdown, publish } from './measure/publish.ts';
import { startServerWith } from './measure/server-with.ts';

/** BENCH_MINUTES=10 npm run bench -- v8 */
const MINUTES = Number(process.env['BENCH_MINUTES'] ?? 2);
const SIZES = (process.env['BENCH_SIZES'] ?? '10,10000').split(',').map(Number);
const OVERHEAD_MS = 1_800_000;
const FLAGS: readonly string[] = (
  process.env['BENCH_FLAGS'] ?? ['', ...[1, 2, 4, 8].map((size) => `--max-semi-space-size=${size}`)].join(',')
).split(',');

interface Row {
  readonly databases: number;
  readonly flags: string;
  readonly cost: OwnCost;
}

/** What the limits of V8 are worth: the same pgvigil several times beside each other, on one server, with other limits. */
describeWith(['root', 'postgres15', 'dockerd'], 'v8', () => {
  const loads = createLoads();
  const rows: Row[] = [];

  test.each(SIZES)(
    '%i databases',
    { timeout: OVERHEAD_MS + MINUTES * 60_000, retry: 0 },
    async (databases) => {
      const undo: (() => Promise<unknown> | unknown)[] = [];
      try {
        const postgres = await startServerWith(databases);
        undo.push(() => postgres.dispose());
        const docker = await startDockerd();
        undo.push(() => docker.stop());
        const all: Exporter[] = [];
        for (const flags of FLAGS) {
          // One for each: what they share would be counted in parts.
          const node = copyNode();
          undo.push(node.remove);
          const through = node.through(flags);
          const one = await watchAll(postgres, databases, { dockerHost: docker.host, through });
          undo.push(() => one.stop());
          all.push(one);
        }
        undo.push(scrapeRegularly(all.map(({ address }) => address)));
        loads.note();
        const meters = all.map((one) => meterOf(one.pid()));
        await sleep(MINUTES * 60_000);
        for (const [index, meter] of meters.entries())
          rows.push({ databases, flags: FLAGS[index] ?? '', cost: await meter() });
        expect(rows.every(({ cost }) => cost.pssBytes > 0)).toBe(true);
      } finally {
        for (const step of undo.reverse()) await step();
      }
    },
  );

  afterAll(() => {
    if (rows.length === 0) return;
    const table = markdown(
      ['databases', 'flags of Node.js', 'RSS, MiB', 'PSS, MiB', 'most PSS, MiB', 'of one processor'],
      rows.map(({ databases, flags, cost }) => [
        databases.toLocaleString('en'),
        flags === '' ? 'none' : `\`${flags}\``,
        ...[cost.rssBytes, cost.pssBytes, cost.mostPssBytes].map((bytes) => figure(bytes / 2 ** 20)),
        `${figure(cost.cores * 100)} %`,
      ]),
    );
    publish('v8', { tables: [table], loads, data: { minutes: MINUTES, rows } });
  });
});
