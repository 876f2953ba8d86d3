import { afterAll, expect, test } from 'vitest';
import { describeWith } from '../test/kit/needs.ts';
import { SIZES } from './measure/numbers.ts';
import { startNodePeer } from './measure/peers.ts';
import { watchAll } from './measure/pgvigil.ts';
import { createLoads, publish } from './measure/publish.ts';
import { startReadyPeer } from './measure/ready.ts';
import { startServerWith, WATCHER } from './measure/server-with.ts';
import { startPeer } from './page/peer.ts';
import { ratioTable, type SizeFigures, scrapePlot, scrapeTable } from './scrape/tables.ts';
import { scrapeAll } from './scrape/targets.ts';

/** BENCH_ROUNDS=10 BENCH_SIZES=10,100 npm run bench -- scrape */
const PLAN = {
  rounds: Number(process.env['BENCH_ROUNDS'] ?? 20),
  crowds: 4,
  scrapers: 50,
  patienceMs: 20_000,
};
const TIMEOUT_MS = 1_800_000;

/** How long a scrape takes, beside postgres_exporter on the same server and node_exporter on the same machine. */
describeWith(['postgres15', 'postgres-exporter', 'node-exporter'], 'scrape', () => {
  const loads = createLoads();
  const all: SizeFigures[] = [];

  test.each(SIZES)('%i databases', { timeout: TIMEOUT_MS, retry: 0 }, async (databases) => {
    const undo: (() => Promise<unknown>)[] = [];
    try {
      const postgres = await startServerWith(databases);
      undo.push(() => postgres.dispose());
      const pgvigil = await watchAll(postgres, databases);
      undo.push(() => pgvigil.stop());
      const peer = await startPeer(postgres.url('postgres', WATCHER));
      undo.push(() => peer.stop());
      const node = await startNodePeer();
      undo.push(() => node.stop());
      const ready = await startReadyPeer(pgvigil.address);
      undo.push(() => ready.stop());
      loads.note();
      const addresses = {
        pgvigil: pgvigil.address,
        postgres_exporter: peer.address,
        node_exporter: node.address,
        'ready answer': ready.address,
      };
      const series = await scrapeAll(addresses, PLAN);
      loads.note();
      all.push({ databases, series });
      expect(series.every(({ bytes }) => bytes > 0)).toBe(true);
    } finally {
      for (const step of undo.reverse()) await step();
    }
  });

  afterAll(() => {
    if (all.length === 0) return;
    publish('scrape', {
      tables: [ratioTable(all), scrapeTable(all)],
      loads,
      data: { plan: PLAN, sizes: all },
      plots: { scrape: scrapePlot(all) },
    });
  });
});
