import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Postgres, type PostgresVersion, startPostgres, testVersions } from '../../kit/postgres.ts';
import { type Watched, type WatchOptions, watchPostgres } from '../../kit/postgres-watch.ts';

describe.each(testVersions())('who dropped a database, on PostgreSQL %i', (version) => {
  sequel(version);
});

function sequel(version: PostgresVersion): void {
  let server: Postgres;
  let watched: Watched | undefined;
  const sessions: pg.Client[] = [];

  const watch = async (
    user = 'seer',
    database = 'postgres',
    options: WatchOptions = {},
  ): Promise<Watched> => {
    const databases = { expect: ['app', 'lone'], learn: true, learnAfterMs: 1000, ignore: [] };
    const w = watchPostgres(server.config({ user, database, databases }), options);
    watched = w;
    await w.until(() => w.catalog() === 'seen' && w.names().includes('app'));
    if (database === 'postgres') await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept');
    return w;
  };
  /** Somebody over TCP, as a person with psql would be. */
  const somebody = async (application: string): Promise<pg.Client> => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: server.port,
      user: 'anna',
      database: 'postgres',
      application_name: application,
    });
    client.on('error', () => {});
    await client.connect();
    sessions.push(client);
    return client;
  };
  const gone = (w: Watched, name = 'app') => w.until(() => !w.names().includes(name));
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  beforeAll(async () => {
    server = await startPostgres({ version });
    await server.query(`CREATE ROLE anna LOGIN SUPERUSER; CREATE ROLE plain LOGIN;
      CREATE ROLE seer LOGIN; GRANT pg_read_all_stats TO seer`);
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.end();
    const took = await watched?.stop();
    watched = undefined;
    expect(took ?? 0).toBeLessThan(1000);
    await server.query('DROP DATABASE IF EXISTS app');
  });
  afterAll(() => server?.dispose());

  test('a session that stays open is named, together with the change', async () => {
    await server.query('CREATE DATABASE app');
    const w = await watch();
    const session = await somebody('migrate 1.2');
    const startedAt = Date.now();
    await session.query('DROP DATABASE /* C4n4ry */ "app" WITH (FORCE)');
    const endedAt = Date.now();
    await gone(w);
    await w.until(() => w.view().dropSessions.length > 0, 300);
    const [found] = w.view().dropSessions;
    expect(found).toMatchObject({
      datname: 'app',
      user: 'anna',
      clientAddress: '127.0.0.1',
      application: 'migrate 1.2',
    });
    expect(found?.at).toBeGreaterThan(startedAt - 200);
    expect(found?.at).toBeLessThan(endedAt + 200);
    expect(`${JSON.stringify(w.view())} ${w.logged()}`).not.toContain('C4n4ry');
    const changes = w.changes();
    // Created and dropped again by somebody else: what the first one did is not told again.
    await server.query('CREATE DATABASE app');
    await w.until(() => w.names().includes('app'));
    await pause(500);
    await server.query('DROP DATABASE app');
    await gone(w);
    await pause(300);
    expect(w.changes()).toBeGreaterThan(changes);
    expect(w.view().dropSessions).toHaveLength(1);
  });

  test('a database that came back at once under its name was dropped too', async () => {
    await server.query('CREATE DATABASE app');
    const w = await watch('seer', 'postgres', { presence: 2000 });
    const oid = w.oid('app');
    const session = await somebody('reset');
    await session.query('DROP DATABASE app');
    await server.query('CREATE DATABASE app');
    await w.until(() => w.oid('app') !== undefined && w.oid('app') !== oid);
    await w.until(() => w.view().dropSessions.length > 0, 300);
    expect(w.view().dropSessions[0]).toMatchObject({ datname: 'app', application: 'reset' });
  });

  test('a rename, a failed attempt and a session that is gone name nobody', async () => {
    await server.query('CREATE DATABASE app; ');
    const w = await watch();
    const session = await somebody('tidy');
    const inside = await server.session('app');
    await expect(session.query('DROP DATABASE app')).rejects.toThrow('being accessed');
    await inside.end();
    await pause(600);
    // Its last statement still is a DROP of that name, when the name goes another way.
    await server.query('ALTER DATABASE app RENAME TO other');
    await gone(w);
    await pause(300);
    expect(w.view().dropSessions).toEqual([]);
    await server.query('ALTER DATABASE other RENAME TO app');
    await w.until(() => w.names().includes('app'));
    await server.query('DROP DATABASE app');
    await gone(w);
    await pause(300);
    expect(w.view().dropSessions).toEqual([]);
  });

  test('without pg_read_all_stats nothing is kept, and the grant is named', async () => {
    await server.query('CREATE DATABASE app');
    const w = await watch('plain');
    const session = await somebody('unseen');
    await session.query('DROP DATABASE app');
    await gone(w);
    await pause(300);
    expect(w.view().dropSessions).toEqual([]);
    expect(w.view().connect?.lastSeen?.facts.role.missingGrants).toContain(
      'GRANT pg_read_all_stats TO plain',
    );
  });

  test('where nothing is kept, a fresh session looks', async () => {
    await server.query('CREATE DATABASE app');
    await server.query('CREATE DATABASE lone');
    await server.setHba([
      'host lone seer 127.0.0.1/32 trust',
      'host all anna 127.0.0.1/32 trust',
      'host all all 127.0.0.1/32 reject',
    ]);
    try {
      const w = await watch('seer', 'lone', { connect: 500 });
      expect(w.view().catalog?.lastSeen?.facts.via).toBe('fresh');
      const session = await somebody('cleanup');
      await session.query('DROP DATABASE app');
      await gone(w);
      await w.until(() => w.view().dropSessions.length > 0, 2000);
      expect(w.view().dropSessions[0]).toMatchObject({ datname: 'app', application: 'cleanup' });
    } finally {
      await server.setHba(['host all all 127.0.0.1/32 trust']);
      await watched?.stop();
      await server.query('DROP DATABASE lone');
    }
  });
}
