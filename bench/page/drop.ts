import { startPostgres } from '../../test/kit/postgres.ts';
import type { Series } from './figures.ts';
import { startPeer } from './peer.ts';
import { anyPhase, batchesOf, note, openScene, pageAt } from './scene.ts';

const ACT = 'DROP DATABASE';
const FROM = 'the commit';

/**
 * Drops one database after the other. Each is watched as a server of its own, so that no page joins the group of
 * another one and waits for it.
 */
export async function dropDatabases(runs: number): Promise<readonly Series[]> {
  const series = (path: string): Series => ({ act: ACT, path, from: FROM, tookMs: [], untold: 0 });
  const [pushed, scraped, peer] = [
    series('pgvigil, pushed'),
    series('pgvigil, scraped'),
    series('postgres_exporter: a database without its size'),
  ] as const;
  for (const batch of batchesOf(runs)) {
    await dropAll(
      batch.map((run) => `bench_${run}`),
      { pushed, scraped, peer },
    );
  }
  return [pushed, scraped, peer];
}

type Paths = Readonly<Record<'pushed' | 'scraped' | 'peer', Series>>;

async function dropAll(names: readonly string[], { pushed, scraped, peer }: Paths): Promise<void> {
  const server = await startPostgres({ version: 18, settings: { max_connections: '200' } });
  for (const name of names) await server.query(`CREATE DATABASE ${name}`);
  const exporter = await startPeer(server.url('postgres'));
  const scene = await openScene({}, false);
  try {
    const servers = names.map((name) => ({
      name,
      url: server.url('postgres'),
      databases: { expect: [name], learn: false, ignore: [`^(?!${name}$)`] },
    }));
    await scene.watch(servers, [{ address: exporter.address, server: 'peer' }]);
    await scene.until(`count(pgvigil_database_present == 1) == ${names.length}`);
    await scene.until(`count(pg_database_size_bytes{datname=~"bench_.+"}) == ${names.length}`);
    for (const datname of names) {
      await anyPhase();
      await server.query(`DROP DATABASE ${datname} WITH (FORCE)`);
      const droppedAt = Date.now();
      const page = { alertname: 'PgVigilDatabaseMissing', datname };
      const [pushedAt, scrapedAt, peerAt] = await Promise.all([
        pageAt(scene.pushed, page),
        pageAt(scene.scraped, page),
        pageAt(scene.scraped, { alertname: 'PeerDatabaseGone', datname }),
      ]);
      note(pushed, droppedAt, pushedAt);
      note(scraped, droppedAt, scrapedAt);
      note(peer, droppedAt, peerAt);
    }
  } finally {
    await scene.stop();
    await exporter.stop();
    await server.dispose();
  }
}
