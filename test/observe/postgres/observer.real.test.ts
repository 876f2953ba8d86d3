import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ServerConfig } from '../../../src/model/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type Postgres, type PostgresVersion, startPostgres, testVersions } from '../../kit/postgres.ts';
import { type Watched, type WatchOptions, watchPostgres } from '../../kit/postgres-watch.ts';

const HOSTILE = [
  'it"s',
  "o'clock",
  'a,table:b',
  'new\nline',
  '🦣',
  'x'.repeat(63),
  'back\\slash',
  '%s{}$$',
  ' ',
];

// Both versions at once, for most of the time is waiting; the tests of one after the other, on one server.
describe.concurrent.each(testVersions())('watching PostgreSQL %i', (version) => {
  describe.sequential('with real servers', () => sequel(version));
});

function sequel(version: PostgresVersion): void {
  let server: Postgres;
  let watched: Watched | undefined;
  const expecting = (expect: readonly string[], more: Partial<ServerConfig> = {}): ServerConfig =>
    server.config({ databases: { expect, learn: true, learnAfterMs: 1000, ignore: [] }, ...more });
  const watch = (config: ServerConfig, options?: WatchOptions): Watched => {
    watched = watchPostgres(config, options);
    return watched;
  };
  const our = async (): Promise<number> => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgvigil'`;
    return (await server.query(sql))[0]?.['n'] as number;
  };

  beforeAll(async () => {
    server = await startPostgres({ version });
  });
  afterEach(async () => {
    const took = await watched?.stop();
    watched = undefined;
    expect(took ?? 0).toBeLessThan(1000);
  });
  afterAll(() => server?.dispose());

  test('tells everything about a healthy server', async () => {
    await server.query('CREATE DATABASE healthy');
    const w = watch(expecting(['healthy']), { sizes: 500 });
    await w.until(() => w.server() === 'seen' && w.database('healthy') === 'seen');
    await w.until(() => w.view().catalog?.observation.seen === true);
    await w.until(() => (w.view().sizes?.lastSeen?.facts.sizes.length ?? 0) >= 2);
    const facts = w.view().connect?.lastSeen?.facts;
    const [truth] = await server.query(
      `SELECT system_identifier::text AS id, (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
       current_setting('data_directory') AS dir FROM pg_control_system()`,
    );
    expect(facts).toMatchObject({
      systemIdentifier: truth?.['id'],
      timeline: truth?.['timeline'],
      dataDirectory: truth?.['dir'],
      inRecovery: false,
      maxConnections: 30,
      remoteAddress: '127.0.0.1',
      role: { name: 'postgres', superuser: true, connectionLimit: -1, missingGrants: [] },
    });
    expect(facts?.version).toMatch(new RegExp(`^${version}\\.\\d+$`));
    expect(Math.floor((facts?.versionNumber ?? 0) / 10_000)).toBe(version);
    expect(Math.abs((facts?.startedAt ?? 0) - Date.now())).toBeLessThan(600_000);
    expect(Math.abs((facts?.checkpointAt ?? 0) - Date.now())).toBeLessThan(86_400_000);
    expect(facts?.connections).toBeGreaterThanOrEqual(1);
    // Checksums are off in 15 and on in 18 unless somebody says otherwise.
    const statistics = facts?.statistics.find((row) => row.datname === 'healthy');
    expect(statistics?.checksumFailures).toBe(version === 15 ? undefined : 0);
    await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept');
    expect(w.view().catalog?.lastSeen?.facts.systemIdentifier).toBe(truth?.['id']);
    const sizes = w.view().sizes?.lastSeen?.facts.sizes ?? [];
    expect(sizes.map((size) => size.datname).sort()).toEqual(['healthy', 'postgres']);
    expect(sizes.every((size) => (size.sizeBytes ?? 0) > 1_000_000)).toBe(true);
    const tally = w.view().tallies.find((one) => one.datname === 'healthy');
    expect(tally?.attempts).toBeGreaterThan(0);
    expect(Object.values(tally?.failures ?? {}).every((count) => count === 0)).toBe(true);
    expect(tally?.lastDurationMs).toBeGreaterThan(0);
  });

  test('sees DROP, CREATE, rename and recreation within two seconds at shipped intervals', async () => {
    await server.query('CREATE DATABASE app');
    const w = watch(expecting(['app']), { presence: 1000, connect: 10_000 });
    await w.until(() => w.database('app') === 'seen' && w.catalog() === 'seen');
    await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept');
    const first = w.oid('app');
    const changes = w.changes();

    await server.query('DROP DATABASE app');
    await w.until(() => !w.names().includes('app'), 2000);
    expect(w.changes()).toBeGreaterThan(changes);
    // The probe follows the catalog at once, long before its own ten seconds are over.
    await w.until(() => w.database('app') === 'no_database', 1000);
    await server.query('CREATE DATABASE app');
    await w.until(() => w.names().includes('app'), 2000);
    await w.until(() => w.database('app') === 'seen', 1000);
    expect(w.oid('app')).not.toBe(first);

    const second = w.oid('app');
    await server.query('ALTER DATABASE app RENAME TO app_old');
    await w.until(() => w.oid('app_old') === second && !w.names().includes('app'), 2000);
    await server.query('ALTER DATABASE app_old RENAME TO app');
    await w.until(() => w.oid('app') === second, 2000);
    await server.query('DROP DATABASE app WITH (FORCE)');
    await server.query('CREATE DATABASE app');
    await w.until(() => w.oid('app') !== second && w.names().includes('app'), 2000);
  });

  test('reads hostile names as they are', async () => {
    for (const name of HOSTILE) await server.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    const w = watch(expecting(HOSTILE), { sizes: 300 });
    await w.until(() => HOSTILE.every((name) => w.database(name) === 'seen'), 10_000);
    expect(HOSTILE.filter((name) => !w.names().includes(name))).toEqual([]);
    await w.until(() => (w.view().sizes?.lastSeen?.facts.sizes.length ?? 0) >= HOSTILE.length);
    for (const name of HOSTILE) await server.query(`DROP DATABASE "${name.replaceAll('"', '""')}"`);
    await w.until(() => HOSTILE.every((name) => w.database(name) === 'no_database'), 10_000);
  });

  test('classifies what is wrong with one database, and the others stay well', async () => {
    const names = ['wiped', 'unversioned', 'invalid', 'closed', 'revoked', 'well', 'never'];
    for (const name of names.slice(0, -1)) await server.query(`CREATE DATABASE ${name}`);
    await server.query(`CREATE ROLE plain LOGIN; REVOKE CONNECT ON DATABASE revoked FROM PUBLIC`);
    const w = watch(expecting(names, { user: 'plain' }), { sizes: 500 });
    await w.until(() => w.database('well') === 'seen' && w.database('never') === 'no_database');
    const oids = await server.query(`SELECT oid::int, datname FROM pg_database`);
    const directory = (name: string): string =>
      `${server.dataDirectory}/base/${oids.find((row) => row['datname'] === name)?.['oid']}`;
    await rm(directory('wiped'), { recursive: true });
    await rm(`${directory('unversioned')}/PG_VERSION`);
    await server.query(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'invalid'`);
    await server.query('ALTER DATABASE closed ALLOW_CONNECTIONS false');
    const told = (): Record<string, string> =>
      Object.fromEntries(names.map((name) => [name, w.database(name)]));
    const truth = {
      wiped: 'files_missing',
      unversioned: 'corrupt',
      // Releases of 15 that know of interrupted drops refuse them; the row decides in either.
      invalid: 'invalid_database',
      closed: 'connections_disallowed',
      revoked: 'permission_denied',
      well: 'seen',
      never: 'no_database',
    };
    await w
      .until(() => JSON.stringify(told()) === JSON.stringify(truth))
      .catch((error) => {
        expect(told()).toEqual(truth);
        throw error;
      });
    const size = (name: string) => w.view().sizes?.lastSeen?.facts.sizes.find((one) => one.datname === name);
    // One round after the damage; those that are measured last come last.
    await w.until(() => size('wiped')?.reason === 'files_missing' && size('revoked') !== undefined);
    expect(size('wiped')?.sizeBytes).toBeUndefined();
    expect(size('revoked')?.reason).toBe('permission_denied');
    await w.until(() => size('well') !== undefined);
    expect(size('well')?.sizeBytes).toBeGreaterThan(1_000_000);
    expect(w.server()).toBe('seen');
    expect(w.view().connect?.lastSeen?.facts.role.missingGrants).toEqual([
      'GRANT pg_read_all_settings TO plain',
      'GRANT pg_read_all_stats TO plain',
      'GRANT CONNECT ON DATABASE revoked TO plain',
    ]);
    expect(w.view().connect?.lastSeen?.facts.dataDirectory).toBeUndefined();
    await w.stop();
    watched = undefined;
    await server.query(`UPDATE pg_database SET datconnlimit = -1 WHERE datname = 'invalid'`);
  });

  test('enters those that are well in turn, and all others at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `turn${index}`);
    for (const name of names) await server.query(`CREATE DATABASE ${name}`);
    await server.query('CREATE ROLE turner LOGIN');
    const w = watch(expecting(names, { user: 'turner' }), { connect: 1000 });
    await w.until(() => names.every((name) => w.database(name) === 'seen'));
    const attempts = (of: readonly string[] = names): number =>
      w
        .view()
        .tallies.filter(({ datname }) => of.includes(datname))
        .reduce((sum, one) => sum + one.attempts, 0);
    const settled = attempts();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    // Two in each pass, not twelve.
    expect(attempts() - settled).toBeLessThanOrEqual(12);
    expect(attempts() - settled).toBeGreaterThan(0);

    const oids = await server.query(`SELECT oid::int, datname FROM pg_database`);
    const directory = (name: string): string =>
      `${server.dataDirectory}/base/${oids.find((row) => row['datname'] === name)?.['oid']}`;
    await rm(directory('turn4'), { recursive: true });
    await server.query('REVOKE CONNECT ON DATABASE turn5 FROM PUBLIC');
    // By the next pass, whoever's turn it is.
    const told = () => w.database('turn4') === 'files_missing' && w.database('turn5') === 'permission_denied';
    await w.until(told, 2000);
    // What nothing speaks against is entered in turn.
    await rm(`${directory('turn6')}/PG_VERSION`);
    await w.until(() => w.database('turn6') === 'corrupt', 9000);
    await w.stop();
    watched = undefined;
    for (const name of names) await server.query(`DROP DATABASE ${name}`);
  });

  test('a DROP that goes on is not an interrupted one, and one that was ended is', async () => {
    await server.query('CREATE DATABASE slow');
    const w = watch(expecting(['slow']));
    await w.until(() => w.database('slow') === 'seen' && w.view().catalog?.lastSeen?.facts.via === 'kept');
    const row = () => {
      const look = w.view().catalog?.observation;
      return look?.seen ? look.facts.databases.find(({ datname }) => datname === 'slow') : undefined;
    };
    // A DROP marks its database and then waits for a checkpoint.
    const sql = `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`;
    const checkpointer = (await server.query(sql))[0]?.['pid'] as number;
    process.kill(checkpointer, 'SIGSTOP');
    const drop = server.query('DROP DATABASE slow').then(
      () => 'dropped',
      () => 'ended',
    );
    try {
      await w.until(() => row()?.isBeingDropped === true);
      expect(row()?.connectionLimit).toBe(-2);
      // Nobody tries to enter it: that would wait for the DROP.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(w.database('slow')).toBe('seen');
      expect(w.server()).toBe('seen');
      await server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'DROP DATABASE slow' AND state = 'active'`,
      );
      expect(await drop).toBe('ended');
      await w.until(() => row()?.connectionLimit === -2 && row()?.isBeingDropped === false);
      await w.until(() => w.database('slow') === 'invalid_database');
    } finally {
      process.kill(checkpointer, 'SIGCONT');
    }
    await server.query('DROP DATABASE slow');
    await w.until(() => w.database('slow') === 'no_database');
  });

  test('an identity that may not be read takes nothing down, and the grant is named', async () => {
    await server.query(`CREATE ROLE blindfold LOGIN; GRANT pg_monitor TO blindfold;
      REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM PUBLIC`);
    try {
      const w = watch(expecting([], { user: 'blindfold' }));
      await w.until(() => w.server() === 'seen' && w.catalog() === 'seen');
      const facts = w.view().connect?.lastSeen?.facts;
      expect(facts).toMatchObject({
        systemIdentifier: undefined,
        timeline: undefined,
        checkpointAt: undefined,
        dataDirectory: server.dataDirectory,
      });
      expect(facts?.role.missingGrants).toEqual([
        'GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO blindfold',
        'GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_checkpoint() TO blindfold',
      ]);
    } finally {
      await server.query('GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO PUBLIC');
    }
  });

  test('never has more than two connections', async () => {
    const names = ['two_a', 'two_b', 'two_c'];
    for (const name of names) await server.query(`CREATE DATABASE ${name}`);
    const counter = await server.session();
    const w = watch(expecting(names), { presence: 20, connect: 50, sizes: 50 });
    await w.until(() => names.every((name) => w.database(name) === 'seen'));
    const attempts = (): number => w.view().tallies.find((one) => one.datname === 'two_a')?.attempts ?? 0;
    let most = 0;
    const startedAt = performance.now();
    const forMs = (): number => performance.now() - startedAt;
    while (forMs() < 2500 || (attempts() <= 10 && forMs() < 20_000)) {
      const { rows } = await counter.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgvigil'`,
      );
      most = Math.max(most, rows[0].n);
    }
    await counter.end();
    expect(attempts()).toBeGreaterThan(10);
    expect(most).toBe(2);
    await w.stop();
    watched = undefined;
    expect(await our()).toBe(0);
  });

  test('keeps nothing open where only a watched database can be reached', async () => {
    await server.query('CREATE DATABASE lone');
    await server.query('CREATE ROLE confined LOGIN');
    await server.setHba(['host lone confined 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 reject']);
    try {
      const w = watch(expecting(['lone'], { user: 'confined', database: 'lone' }), { connect: 1000 });
      await w.until(() => w.server() === 'seen' && w.catalog() === 'seen');
      expect(w.view().catalog?.lastSeen?.facts.via).toBe('fresh');
      const lingering = `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE application_name = 'pgvigil' AND clock_timestamp() - backend_start > '600 ms'`;
      for (let sample = 0; sample < 10; sample += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(await server.query(lingering)).toEqual([{ n: 0 }]);
      }
      // Nobody is in the way.
      await server.query('DROP DATABASE lone');
      // Now nothing lets us in any more: the server answers, and says that it does not exist.
      await w.until(() => w.database('lone') === 'no_database');
    } finally {
      await server.setHba(['host all all 127.0.0.1/32 trust']);
    }
  });

  test('goes to postgres when the database of the url is dropped', async () => {
    await server.query('CREATE DATABASE upkeep');
    const config = server.config({
      database: 'upkeep',
      databases: { expect: ['x'], learn: false, learnAfterMs: 0, ignore: [] },
    });
    const w = watch(config);
    await w.until(() => w.catalog() === 'seen' && w.view().catalog?.lastSeen?.facts.via === 'kept');
    await server.query('DROP DATABASE upkeep WITH (FORCE)');
    await w.until(
      () => w.server() === 'seen' && w.catalog() === 'seen' && !w.names().includes('upkeep'),
      2000,
    );
    await w.until(() => w.view().catalog?.lastSeen?.facts.via === 'kept');
    expect(w.logged()).toContain('57P01');
  });

  test('a wrong password, a missing role, a refused address: blind, and told apart', async () => {
    await server.query(`CREATE ROLE secretive LOGIN PASSWORD 'right'`);
    await server.setHba([
      'host all secretive 127.0.0.1/32 scram-sha-256',
      'host all ghost 127.0.0.1/32 trust',
      'host all postgres 127.0.0.1/32 trust',
    ]);
    try {
      const cases = [
        [{ user: 'secretive', password: new Secret('C4n4ry-wrong') }, 'auth_failed'],
        [{ user: 'secretive' }, 'no_password'],
        [{ user: 'secretive', password: new Secret('right') }, 'seen'],
        [{ user: 'ghost' }, 'access_denied'],
        [{ user: 'nobody_lets_me_in' }, 'access_denied'],
      ] as const;
      for (const [more, reason] of cases) {
        const w = watch(expecting(['app'], more));
        await w.until(() => w.server() !== 'nothing yet');
        expect(w.server()).toBe(reason);
        if (reason !== 'seen') await w.until(() => w.catalog() === reason);
        expect(`${JSON.stringify(w.view())} ${w.logged()}`).not.toContain('C4n4ry');
        await w.stop();
      }
    } finally {
      await server.setHba(['host all all 127.0.0.1/32 trust']);
    }
  });
}
