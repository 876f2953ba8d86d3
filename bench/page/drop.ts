import { startPostgres } from '../../test/kit/postgres.ts';
import type { Series } from './figures.ts';
import { startPeer } from './peer.ts';
import { anyPhase, measure, openScene } from './scene.ts';

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
  const names = Array.from({ length: runs }, (_, index) => `bench_${index}`);
  const server = await startPostgres({ version: 18, settings: { max_connections: '200' } });
  for (const name of names) await server.query(`CREATE DATABASE ${name}`);
  const exporter = await startPeer(server.url('postgres'));
  const scene = await openScene({}, false);
  try {
    const servers = names.map((name) => ({
      name,
      url: server.url('postgres'),
      databases: { expect: [name], learn: false },
    }));
    await scene.watch(servers, [{ address: exporter.address, server: 'peer' }]);
    await scene.until(`count(pgvigil_database_present == 1) == ${runs}`);
    await scene.until(`count(pg_database_size_bytes{datname=~"bench_.+"}) == ${runs}`);
    for (const datname of names) {
      await anyPhase();
      await server.query(`DROP DATABASE ${datname} WITH (FORCE)`);
      const droppedAt = Date.now();
      const since = (): number => droppedAt;
      const page = { alertname: 'PgVigilDatabaseMissing', datname };
      await Promise.all([
        measure(pushed, scene.pushed, page, since),
        measure(scraped, scene.scraped, page, since),
        measure(peer, scene.scraped, { alertname: 'PeerDatabaseGone', datname }, since),
      ]);
    }
  } finally {
    await scene.stop();
    await exporter.stop();
    await server.dispose();
  }
  return [pushed, scraped, peer];
}
