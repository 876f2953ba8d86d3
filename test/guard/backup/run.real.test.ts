import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeManifest } from '../../../src/observe/backups/own/manifest-codec.ts';
import { type BackupPlace, backupPlace } from '../../kit/backup-place.ts';
import { ensureBuilt } from '../../kit/build.ts';
import { CANARY } from '../../kit/canary.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePort, type Postgres, startPostgres, testVersions } from '../../kit/postgres.ts';

const PASSWORD = `pass:wörd\\${CANARY}`;

/** Several runs in a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

describeWith(['postgres15', 'shell'], 'pgvigil backup', () => {
  let server: Postgres;
  let other: Postgres;
  let place: BackupPlace;

  async function fill(at: Postgres, datname: string, rows = 1000): Promise<void> {
    await at.query(`CREATE DATABASE "${datname.replaceAll('"', '""')}"`);
    await at.query(
      `CREATE TABLE orders (id int PRIMARY KEY, what text); INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, ${rows}) i;
       CREATE TABLE empty (); CREATE SCHEMA shop; CREATE TABLE shop.items AS SELECT i FROM generate_series(1, 10) i;`,
      datname,
    );
  }

  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({
      version: 15,
      freshIdentity: true,
      settings: { wal_level: 'replica', max_wal_senders: '4' },
      hba: [
        'host all dumper 127.0.0.1/32 scram-sha-256',
        'host all all 127.0.0.1/32 trust',
        'host replication all 127.0.0.1/32 trust',
      ],
    });
    other = await startPostgres({ version: 15, freshIdentity: true });
    await fill(server, 'app');
    await fill(server, 'Shop "ä"/1');
    await server.query(`CREATE ROLE dumper LOGIN PASSWORD '${PASSWORD}'; GRANT pg_read_all_data TO dumper`);
  });
  afterAll(async () => {
    await server?.dispose();
    await other?.dispose();
  });
  beforeEach(() => {
    place = backupPlace();
    place.configure({ url: server.url() }, { databases: ['app'] });
  });
  afterEach(() => place.remove());

  describe('that does its job', () => {
    test('dumps every database that is watched, and the globals; all of it can be checked by hand', async () => {
      place.configure({ url: server.url(), databases: { ignore: ['^postgres$'] } });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      expect(end.items.map(({ what, datname }) => datname ?? what)).toEqual(['Shop "ä"/1', 'app', 'globals']);
      const { dumps, clusters } = await place.kept();
      const [row] = await server.query(
        `SELECT system_identifier::text AS id, (SELECT oid::text FROM pg_database WHERE datname = 'app') AS oid FROM pg_control_system()`,
      );
      const app = dumps.find(({ manifest }) => manifest.datname === 'app');
      expect(app?.manifest).toMatchObject({
        source: 'nightly',
        server: 'main',
        systemIdentifier: row?.['id'],
        oid: row?.['oid'],
        roles: expect.arrayContaining(['postgres']),
        tables: [
          { schema: 'public', name: 'empty', rows: 0, hash: '0' },
          { schema: 'public', name: 'orders', rows: 1000, hash: expect.stringMatching(/^-?\d+$/) },
          { schema: 'shop', name: 'items', rows: 10, hash: expect.stringMatching(/^-?\d+$/) },
        ],
      });
      expect(clusters[0]?.manifest).toMatchObject({ content: 'globals', rolePasswords: true });
      for (const { directory, found } of [...dumps, ...clusters])
        execFileSync('sha256sum', ['--check', '--quiet', found.names.checksums], { cwd: directory });
      const open = execFileSync('find', [place.directory, '-mindepth', '1', '-perm', '/077'], {
        encoding: 'utf8',
      });
      expect(open).toBe('');
      expect(place.files()).toHaveLength(9);
      expect(place.runs().get('app')).toMatchObject({
        result: 'success',
        exitCode: 0,
        bytes: app?.manifest.files[0]?.bytes,
        totals: { success: 1, failed: 0 },
        phasesMs: {
          snapshot: expect.any(Number),
          dump: expect.any(Number),
          check: expect.any(Number),
          publish: expect.any(Number),
          prune: expect.any(Number),
        },
      });
    });

    test('dumps what it has counted, while rows come in', async () => {
      await fill(server, 'busy');
      place.configure({ url: server.url() }, { databases: ['busy'] });
      const session = await server.session('busy');
      let at = 2000;
      const timer = setInterval(() => void session.query(`INSERT INTO orders VALUES (${at++}, '')`), 5);
      const end = await place.backup();
      clearInterval(timer);
      expect(end, end.said).toMatchObject({ code: 0 });
      const [dump] = (await place.kept()).dumps;
      const path = join(dump?.directory ?? '', dump?.found.names.data ?? '');
      const sql = execFileSync(
        '/usr/lib/postgresql/15/bin/pg_restore',
        ['-t', 'orders', '-a', '-f', '-', path],
        {
          encoding: 'utf8',
        },
      );
      const rows = sql.split('\n').filter((line) => /^\d+\t/.test(line)).length;
      const counted = dump?.manifest.tables.find(({ name }) => name === 'orders')?.rows;
      expect(rows).toBe(counted);
      const [now] = await server.query('SELECT count(*)::int AS n FROM orders', 'busy');
      expect(Number(now?.['n'])).toBeGreaterThan(rows);
    });

    test('with a role that may read everything and is no superuser; its password is nowhere', async () => {
      const file = join(place.root, 'password');
      writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
      place.configure({ url: server.url() }, { databases: ['app'], user: 'dumper', password_file: file });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      expect((await place.kept()).clusters[0]?.manifest.rolePasswords).toBe(true);
      expect(end.said).not.toContain(CANARY);
      const found = spawnSync('grep', ['-rl', CANARY, place.directory], { encoding: 'utf8' });
      expect(found).toMatchObject({ status: 1, stdout: '' });
    });

    test('with a role that may read the tables and nothing else: the globals are without passwords', async () => {
      await server.query('CREATE ROLE reader LOGIN');
      await server.query(
        'GRANT USAGE ON SCHEMA shop TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public, shop TO reader',
        'app',
      );
      place.configure({ url: server.url() }, { databases: ['app'], user: 'reader' });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      const [globals] = (await place.kept()).clusters;
      expect(globals?.manifest.rolePasswords).toBe(false);
      const sql = readFileSync(join(globals?.directory ?? '', globals?.found.names.data ?? ''), 'utf8');
      expect(sql).toContain('CREATE ROLE dumper');
      expect(sql).not.toContain('SCRAM-SHA-256');

      await server.query('REVOKE SELECT ON orders FROM reader', 'app');
      const refused = await place.backup();
      expect(refused, refused.said).toMatchObject({ code: 15 });
      expect(refused.of('app')?.message).toContain('pg_read_all_data');
    });

    test('copies the whole server where that is asked for, and checks every file of it', async () => {
      place.configure({ url: server.url() }, { databases: ['app'], physical: true });
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 0 });
      const physical = (await place.kept()).clusters.find(({ manifest }) => manifest.content === 'physical');
      const path = join(physical?.directory ?? '', physical?.found.names.data ?? '');
      expect(readdirSync(path)).toEqual(expect.arrayContaining(['PG_VERSION', 'backup_manifest', 'pg_wal']));
      expect(physical?.manifest.bytes).toBeGreaterThan(20_000_000);
      expect(readdirSync(physical?.directory ?? '').filter((name) => name.endsWith('.partial'))).toEqual([]);
    });

    test.runIf(testVersions().includes(18))(
      'refuses programs that are older than the server (13)',
      async () => {
        const newer = await startPostgres({ version: 18 });
        try {
          await newer.query('CREATE DATABASE app');
          place.configure({ url: newer.url() }, { databases: ['app'] });
          const end = await place.backup();
          expect(end.code).toBe(13);
          expect(end.of('app')?.message).toContain('install postgresql-client-18');
          expect(place.files()).toEqual([]);
          expect(place.runs().get('app')).toMatchObject({ result: 'failed', exitCode: 13 });
        } finally {
          await newer.dispose();
        }
      },
    );
  });

  describe('that cannot reach what it dumps', () => {
    test.each<[string, (place: BackupPlace) => Promise<void> | void, RegExp]>([
      [
        'a wrong password',
        (at) =>
          at.configure({ url: server.url('postgres', 'dumper', `not-${CANARY}`) }, { databases: ['app'] }),
        /password/,
      ],
      [
        'no server',
        async (at) =>
          at.configure(
            { url: `postgres://postgres@127.0.0.1:${await freePort()}/postgres` },
            { databases: ['app'] },
          ),
        /nothing listens at this address/,
      ],
      [
        'a database that is not there',
        (at) => at.configure({ url: server.url() }, { databases: ['gone'] }),
        /there is no database "gone"/,
      ],
    ])('%s (14)', async (_, configure, message) => {
      await configure(place);
      const end = await place.backup();
      expect(end, end.said).toMatchObject({ code: 14 });
      expect(end.items[0]?.message).toMatch(message);
      expect(end.said).not.toContain(CANARY);
      expect((await place.kept()).dumps).toEqual([]);
      const [run] = [...place.runs().values()].filter(({ datname }) => datname !== undefined);
      expect(run).toMatchObject({ result: 'failed', exitCode: 14, succeededAt: undefined });
    });

    test('a server that never answers: it ends by itself (14)', async () => {
      const mute: Server = createServer(() => {});
      const port = await freePort();
      await new Promise<void>((resolve) => mute.listen(port, '127.0.0.1', resolve));
      try {
        place.configure({ url: `postgres://postgres@127.0.0.1:${port}/postgres` }, { databases: ['app'] });
        const startedAt = performance.now();
        const end = await place.backup();
        expect(end.code).toBe(14);
        expect(performance.now() - startedAt).toBeLessThan(60_000);
      } finally {
        mute.close();
      }
    });

    test('one database of two: the other one is dumped, and the run is no success', async () => {
      place.configure({ url: server.url() }, { databases: ['gone', 'app'] });
      const end = await place.backup();
      expect(end.code).toBe(14);
      expect(end.of('app')).toMatchObject({ exitCode: 0, result: 'success' });
      expect((await place.kept()).dumps).toHaveLength(1);
    });

    test('an expected database that is gone is no success, though nobody named it in the source', async () => {
      place.configure({ url: server.url(), databases: { expect: ['gone'], learn: false } });
      expect((await place.backup()).code).toBe(14);
    });
  });

  describe('after a loss', () => {
    async function days(count: number): Promise<number> {
      // Copies of the first backup that look as if they were of the days before.
      const [first] = (await place.kept()).dumps;
      if (first === undefined) throw new Error('there is no backup');
      for (let day = 1; day <= count; day += 1) {
        const at = first.manifest.snapshotAt - day * 86_400_000;
        const stamp = `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
        for (const suffix of ['dump', 'sha256'])
          writeFileSync(
            join(first.directory, `${stamp}.${suffix}`),
            readFileSync(join(first.directory, `${first.found.stamp}.${suffix}`)),
          );
        const manifest = { ...first.manifest, snapshotAt: at, startedAt: at, finishedAt: at };
        writeFileSync(join(first.directory, `${stamp}.manifest.json`), encodeManifest(manifest));
      }
      return count + 1;
    }
    const keepFew = { databases: ['loss'], keep: { daily: 2, weekly: 0, monthly: 0, at_least: 1 } };

    async function lose(loss: () => Promise<void>, next: Postgres = server) {
      await fill(server, 'loss');
      place.configure({ url: server.url() }, keepFew);
      expect((await place.backup()).code).toBe(0);
      const before = await days(20);
      try {
        await loss();
        place.configure({ url: next.url() }, keepFew);
        const end = await place.backup();
        return { end, before, kept: (await place.kept()).dumps };
      } finally {
        await server.query('DROP DATABASE IF EXISTS loss');
        await next.query('DROP DATABASE IF EXISTS loss');
      }
    }

    test('in quiet times old ones are deleted', async () => {
      const { end, kept } = await lose(async () => {});
      expect(end, end.said).toMatchObject({ code: 0 });
      expect(end.of('loss')?.pruned).toBe(19);
      expect(kept).toHaveLength(3);
      expect(place.files().filter((name) => name.endsWith('.dump'))).toHaveLength(3);
    });

    test('another cluster, empty: it is dumped beside the old one, of which nothing is deleted (19)', async () => {
      const { end, before, kept } = await lose(async () => {
        await other.query('CREATE DATABASE loss');
      }, other);
      expect(end, end.said).toMatchObject({ code: 19 });
      expect(end.said).toContain('is of the cluster');
      expect(end.of('loss')?.held).toContain('identity_changed');
      expect(kept).toHaveLength(before + 1);
      expect(new Set(kept.map(({ manifest }) => manifest.systemIdentifier)).size).toBe(2);
    });

    test.each<[string, string, () => Promise<void>]>([
      [
        'dropped and created again',
        'identity_changed',
        async () => {
          await server.query('DROP DATABASE loss');
          await fill(server, 'loss');
        },
      ],
      [
        'an emptied table',
        'rows_lost',
        async () => {
          await server.query('TRUNCATE orders', 'loss');
        },
      ],
      [
        'a dropped table',
        'table_vanished',
        async () => {
          await server.query('DROP TABLE shop.items', 'loss');
        },
      ],
    ])('%s: nothing is deleted (19)', async (_, reason, loss) => {
      const { end, before, kept } = await lose(loss);
      expect(end, end.said).toMatchObject({ code: 19 });
      expect(end.of('loss')?.held).toContain(reason);
      expect(kept).toHaveLength(before + 1);
      expect(place.runs().get('loss')).toMatchObject({ result: 'success', exitCode: 19 });
      expect(place.runs().get('loss')?.held).toContain(reason);
    });

    test('a clock that was set back: nothing is deleted (19)', async () => {
      const { end, before, kept } = await lose(async () => {
        const [newest] = (await place.kept()).dumps.slice(-1);
        if (newest === undefined) throw new Error('there is no backup');
        const at = Date.now() + 86_400_000;
        writeFileSync(
          join(newest.directory, newest.found.names.manifest),
          encodeManifest({ ...newest.manifest, snapshotAt: at, finishedAt: at }),
        );
      });
      expect(end, end.said).toMatchObject({ code: 19 });
      expect(end.of('loss')?.held).toEqual(['clock_moved_back']);
      expect(kept).toHaveLength(before + 1);
    });

    test('a cluster that the configuration does not allow: nothing is dumped (10)', async () => {
      place.configure(
        { url: server.url(), identity: { system_identifier: '7711161441652576274' } },
        { databases: ['app'] },
      );
      const end = await place.backup();
      expect(end.code).toBe(10);
      expect(place.files()).toEqual([]);
      expect(place.runs().get('app')).toMatchObject({ result: 'refused_identity', exitCode: 10 });
    });

    test('a cluster of which a record remembers another one: nothing is deleted (19)', async () => {
      const record = join(place.root, 'identity.json');
      writeFileSync(
        record,
        JSON.stringify({ schema: 1, systemIdentifier: '7711161441652576274', databases: {}, history: [] }),
      );
      const end = await place.backup('--record', record);
      expect(end, end.said).toMatchObject({ code: 19 });
      expect(end.of('app')?.held).toEqual(['identity_changed']);
      expect(statSync(end.of('app')?.path ?? '').size).toBeGreaterThan(1000);
    });
  });

  test('what cannot be asked for is told', async () => {
    expect((await place.backup('--source', 'none')).code).toBe(3);
    place.configure({ url: server.url() }, { kind: 'tar' });
    const end = await place.backup();
    expect(end.code).toBe(2);
    expect(end.said).toContain('all 6 that took 20 s');
  });
});
