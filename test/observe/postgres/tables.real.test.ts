import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TablesFacts } from '../../../src/model/postgres.ts';
import { type Postgres, type PostgresVersion, startPostgres, testVersions } from '../../kit/postgres.ts';
import { type Watched, type WatchOptions, watchPostgres } from '../../kit/postgres-watch.ts';

describe.each(testVersions())('counting tables on PostgreSQL %i', (version) => {
  sequel(version);
});

function sequel(version: PostgresVersion): void {
  let server: Postgres;
  let watched: Watched | undefined;

  const watch = (expect: readonly string[], options?: WatchOptions, user = 'plain'): Watched => {
    const databases = { expect, learn: true, learnAfterMs: 1000, ignore: [] };
    watched = watchPostgres(server.config({ user, databases }), { sizes: 100, ...options });
    return watched;
  };
  const counted = (w: Watched, datname: string): TablesFacts | string | undefined => {
    const look = w.view().tables.get(datname)?.observation;
    return look?.seen ? look.facts : look?.reason;
  };
  const is = (w: Watched, datname: string, tables: number, nonEmptyTables: number) =>
    w
      .until(() => JSON.stringify(counted(w, datname)) === JSON.stringify({ tables, nonEmptyTables }))
      .catch(() => expect(counted(w, datname)).toEqual({ tables, nonEmptyTables }));
  /** Whether a count that began after now has come in. */
  const again = async (w: Watched, datname: string): Promise<void> => {
    const at = performance.now();
    await w.until(() => {
      const look = w.view().tables.get(datname)?.observation;
      return look !== undefined && look.monotonicMs - look.tookMs > at;
    });
  };

  beforeAll(async () => {
    server = await startPostgres({ version, settings: { autovacuum: 'off' } });
    await server.query('CREATE ROLE plain LOGIN');
  });
  afterEach(async () => {
    const took = await watched?.stop();
    watched = undefined;
    expect(took ?? 0).toBeLessThan(1000);
  });
  afterAll(() => server?.dispose());

  test('counts what is there and what holds data, without a right on any of it', async () => {
    await server.query('CREATE DATABASE shop');
    const w = watch(['shop', 'never']);
    await is(w, 'shop', 0, 0);
    // The names of catalog, view, sequence, index and foreign table are not those of tables.
    await server.query(
      `REVOKE ALL ON SCHEMA public FROM PUBLIC;
       CREATE SCHEMA hidden; REVOKE ALL ON SCHEMA hidden FROM PUBLIC;
       CREATE TABLE hidden.a (id int PRIMARY KEY, t text); REVOKE ALL ON hidden.a FROM PUBLIC;
       CREATE TABLE b AS SELECT 1 AS x;
       CREATE MATERIALIZED VIEW m AS SELECT x FROM b;
       CREATE UNLOGGED TABLE u (x int);
       CREATE VIEW v AS SELECT 1 AS one;
       CREATE SEQUENCE s;
       CREATE TABLE p (x int) PARTITION BY RANGE (x);
       CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
       CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
       INSERT INTO p VALUES (1)`,
      'shop',
    );
    const guest = await server.session('shop');
    await guest.query('CREATE TEMPORARY TABLE fleeting AS SELECT 1 AS x');
    // a, b, m, u, p1, p2; with data: b, m, p1.
    await is(w, 'shop', 6, 3);
    await guest.end();
    await server.query(`INSERT INTO hidden.a VALUES (1, repeat('long', 10000))`, 'shop');
    await is(w, 'shop', 6, 4);
    // A database that is not there is not an empty one.
    expect(counted(w, 'never')).toBe('no_database');
    expect(w.view().tables.get('never')?.lastSeen).toBeUndefined();
    expect([...w.view().tables.keys()].sort()).toEqual(['never', 'shop']);
    await server.query('DROP DATABASE shop');
    await w.until(() => counted(w, 'shop') === 'no_database');
    expect(w.view().tables.get('shop')?.lastSeen?.facts).toEqual({ tables: 6, nonEmptyTables: 4 });
  });

  test('sees TRUNCATE and DROP TABLE; VACUUM, VACUUM FULL and rewrites change nothing', async () => {
    await server.query('CREATE DATABASE work');
    const tables = ['t1', 't2', 't3', 't4'];
    for (const table of tables)
      await server.query(
        `CREATE TABLE ${table} (id serial PRIMARY KEY, t text); INSERT INTO ${table} (t) SELECT repeat('x', 100) FROM generate_series(1, 2000)`,
        'work',
      );
    const w = watch(['work']);
    await is(w, 'work', 4, 4);
    for (const statement of [
      'VACUUM ANALYZE',
      'DELETE FROM t1 WHERE id > 10',
      'VACUUM FULL',
      'CLUSTER t2 USING t2_pkey',
      'ALTER TABLE t3 ALTER COLUMN id TYPE bigint',
      'ANALYZE',
    ]) {
      await server.query(statement, 'work');
      await again(w, 'work');
      expect({ statement, ...(counted(w, 'work') as TablesFacts) }).toEqual({
        statement,
        tables: 4,
        nonEmptyTables: 4,
      });
    }
    await server.query('TRUNCATE t1, t2', 'work');
    await is(w, 'work', 4, 2);
    await server.query('DELETE FROM t3', 'work');
    await server.query('VACUUM t3', 'work');
    await is(w, 'work', 4, 1);
    await server.query('DROP TABLE t1, t4', 'work');
    await is(w, 'work', 2, 0);
    await server.query('INSERT INTO t2 (t) VALUES (1)', 'work');
    await is(w, 'work', 2, 1);
  });

  test('waits for no lock: unknown while it cannot be told, and the server stays up', async () => {
    await server.query('CREATE DATABASE busy');
    await server.query('CREATE TABLE old AS SELECT 1 AS x; ANALYZE old; CREATE TABLE young (x int)', 'busy');
    const w = watch(['busy']);
    await is(w, 'busy', 2, 1);
    const holder = await server.session('busy');
    // Known to hold data: nobody needs to look.
    await holder.query('BEGIN; LOCK TABLE old IN ACCESS EXCLUSIVE MODE');
    await again(w, 'busy');
    expect(counted(w, 'busy')).toEqual({ tables: 2, nonEmptyTables: 1 });
    await holder.query('LOCK TABLE young IN ACCESS EXCLUSIVE MODE');
    await w.until(() => counted(w, 'busy') === 'query_timeout');
    expect(w.view().tables.get('busy')?.observation.tookMs).toBeLessThan(600);
    expect(w.view().tables.get('busy')?.lastSeen?.facts).toEqual({ tables: 2, nonEmptyTables: 1 });
    expect(w.server()).toBe('seen');
    expect(w.database('busy')).toBe('seen');
    await holder.query('ROLLBACK');
    await is(w, 'busy', 2, 1);
    await holder.end();
  });

  test('says why it cannot count, and counts again when it is let in', async () => {
    await server.query('CREATE DATABASE closed; ');
    await server.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    await server.query('CREATE TABLE t AS SELECT 1 AS x', 'closed');
    // The next turn is far away: what can be entered again is counted at once.
    const late = watch(['closed'], { sizes: 60_000 });
    await late.until(() => counted(late, 'closed') === 'permission_denied');
    expect(late.view().tables.get('closed')?.lastSeen).toBeUndefined();
    await server.query('GRANT CONNECT ON DATABASE closed TO plain');
    await is(late, 'closed', 1, 1);
    await late.until(() => late.database('closed') === 'seen');
    await server.stop('immediate');
    try {
      await late.until(() => counted(late, 'closed') === 'refused');
      expect(late.view().tables.get('closed')?.lastSeen?.facts).toEqual({ tables: 1, nonEmptyTables: 1 });
    } finally {
      await server.start();
    }
  });

  test('runs nothing that the owner of the database made', async () => {
    await server.query('CREATE DATABASE trap');
    await server.query(
      `CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
       CREATE FUNCTION evil.spring(oid, oid) RETURNS boolean LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'sprung'; END $$;
       CREATE FUNCTION evil.spring(name, name) RETURNS boolean LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'sprung'; END $$;
       CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.spring);
       CREATE OPERATOR evil.<> (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.spring);
       CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.spring);
       CREATE OPERATOR evil.<> (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.spring);
       CREATE TABLE t AS SELECT 1 AS x;
       ALTER DATABASE trap SET search_path = evil, pg_catalog`,
      'trap',
    );
    await expect(server.query(`SELECT 1::oid = 2::oid`, 'trap')).rejects.toThrow('sprung');
    const w = watch(['trap']);
    await is(w, 'trap', 1, 1);
    await w.stop();
    // Where nothing else can be reached, the server itself is read from in there.
    await server.setHba(['host trap plain 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 reject']);
    try {
      const alone = watch(['trap']);
      await alone.until(() => alone.server() === 'seen');
      const size = () => alone.view().sizes?.lastSeen?.facts.sizes.find((one) => one.datname === 'trap');
      await alone.until(() => size() !== undefined);
      expect(size()).toMatchObject({ reason: undefined, sizeBytes: expect.any(Number) });
      await is(alone, 'trap', 1, 1);
    } finally {
      await server.setHba(['host all all 127.0.0.1/32 trust']);
    }
  });

  test('10,000 tables: a moment, and right to a few per cent', async () => {
    await server.query('CREATE DATABASE big');
    await server.query(
      `DO $$ BEGIN FOR i IN 1..10000 LOOP
         EXECUTE format('CREATE TABLE t%s (x int)', i);
         IF i % 4 = 0 THEN EXECUTE format('INSERT INTO t%s VALUES (1)', i); END IF;
         IF i % 500 = 0 THEN COMMIT; END IF;
       END LOOP; END $$`,
      'big',
    );
    const w = watch(['big'], { connect: 300, sizes: 200 });
    await w.until(() => typeof counted(w, 'big') === 'object', 10_000);
    // Warm: the first one after so many new rows sets their hint bits.
    await again(w, 'big');
    const look = w.view().tables.get('big')?.lastSeen;
    expect(look?.facts.tables).toBe(10_000);
    expect(Math.abs((look?.facts.nonEmptyTables ?? 0) - 2500)).toBeLessThan(350);
    // About 50 ms; looking at every file takes four times as long.
    expect(look?.tookMs).toBeLessThan(500);
    await server.query('ANALYZE', 'big');
    await is(w, 'big', 10_000, 2500);
  }, 120_000);

  test('counting next to everything else, there are never more than two connections', async () => {
    const names = ['pair_a', 'pair_b', 'pair_c'];
    for (const name of names) await server.query(`CREATE DATABASE ${name}`);
    const counter = await server.session();
    const w = watch(names, { presence: 20, connect: 50, sizes: 10 });
    await w.until(() => names.every((name) => typeof counted(w, name) === 'object'));
    const before = names.map((name) => w.view().tables.get(name)?.observation.monotonicMs ?? 0);
    let most = 0;
    const endAt = performance.now() + 2500;
    while (performance.now() < endAt) {
      const { rows } = await counter.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'pgvigil'`,
      );
      most = Math.max(most, rows[0].n);
    }
    await counter.end();
    expect(most).toBe(2);
    for (const [index, name] of names.entries())
      expect(w.view().tables.get(name)?.observation.monotonicMs).toBeGreaterThan(before[index] ?? 0);
    // Nobody is in the way of a DROP.
    for (const name of names) await server.query(`DROP DATABASE ${name}`);
  });
}
