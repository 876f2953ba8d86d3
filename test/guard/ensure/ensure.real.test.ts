import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardPlace } from '../../kit/guard.ts';
import { describeWith } from '../../kit/needs.ts';
import { type Postgres, startPostgres, testVersions } from '../../kit/postgres.ts';

describeWith(['postgres15'], 'making sure of a database', () => {
  const base = mkdtempSync(join(tmpdir(), 'pgvigil-guards-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  const place = () => guardPlace(base);
  const exists = async (server: Postgres, datname: string): Promise<boolean> =>
    (await server.query(`SELECT FROM pg_database WHERE datname = '${datname}'`)).length === 1;
  const identifier = async (server: Postgres): Promise<string> => {
    const [row] = await server.query('SELECT system_identifier::text AS id FROM pg_control_system()');
    return String(row?.['id']);
  };

  describe.each(testVersions())('on PostgreSQL %i', (version) => {
    let server: Postgres;
    /** Another cluster in its place. */
    let other: Postgres;
    beforeAll(async () => {
      server = await startPostgres({ version, freshIdentity: true });
      other = await startPostgres({ version, freshIdentity: true });
    });
    afterAll(async () => {
      await server?.dispose();
      await other?.dispose();
    });

    test('creates what never was, and knows it again', async () => {
      const { ensure, record, kinds } = place();
      expect(await ensure(server.config(), 'first')).toMatchObject({ code: 0 });
      const [row] = await server.query(`SELECT oid::text FROM pg_database WHERE datname = 'first'`);
      expect(record().systemIdentifier).toBe(await identifier(server));
      expect(record().databases.get('first')).toMatchObject({ oid: row?.['oid'], tables: { tables: 0 } });
      expect(await ensure(server.config(), 'first')).toMatchObject({ code: 0 });
      expect(await ensure(server.config(), 'Second "one"')).toMatchObject({ code: 0 });
      expect(kinds()).toEqual(['database_created', 'database_verified', 'database_created']);
      expect([...record().databases.keys()]).toEqual(['first', 'Second "one"']);
    });

    test('takes what is there on record', async () => {
      const { ensure, record, kinds } = place();
      await server.query('CREATE DATABASE there_already');
      expect(await ensure(server.config(), 'there_already')).toMatchObject({ code: 0 });
      expect(kinds()).toEqual(['database_adopted']);
      expect(record().history).toMatchObject([{ event: 'adopted', database: 'there_already' }]);
    });

    test('refuses what was dropped (21), and what was made again (23), until a person accepts it', async () => {
      const { ensure, kinds } = place();
      await ensure(server.config(), 'dropped');
      await server.query('DROP DATABASE dropped');
      expect(await ensure(server.config(), 'dropped')).toMatchObject({
        code: 21,
        output: expect.stringContaining('pg_restore'),
      });
      expect(await ensure(server.config(), 'dropped', { accept: 'gone is gone' })).toMatchObject({ code: 1 });
      expect(await exists(server, 'dropped')).toBe(false);
      await server.query('CREATE DATABASE dropped');
      expect(await ensure(server.config(), 'dropped')).toMatchObject({ code: 23 });
      expect(await ensure(server.config(), 'dropped', { accept: 'restored' })).toMatchObject({ code: 0 });
      expect(await ensure(server.config(), 'dropped')).toMatchObject({ code: 0 });
      expect(kinds()).toEqual([
        'database_created',
        'creation_refused',
        'creation_failed',
        'creation_refused',
        'accepted',
        'database_verified',
        'database_verified',
      ]);
    });

    test('refuses another cluster (22), without the database and with one of the same name', async () => {
      const { ensure, file } = place();
      await ensure(server.config(), 'replaced');
      const before = readFileSync(file, 'utf8');
      const said = await ensure(other.config(), 'replaced');
      expect(said).toMatchObject({ code: 22, output: expect.stringContaining(await identifier(server)) });
      expect(said.output).toContain(await identifier(other));
      expect(await exists(other, 'replaced')).toBe(false);
      await other.query('CREATE DATABASE replaced');
      expect(await ensure(other.config(), 'replaced')).toMatchObject({ code: 22 });
      expect(await ensure(other.config(), 'replaced', { allowed: 'replaced' })).toMatchObject({ code: 22 });
      expect(readFileSync(file, 'utf8')).toBe(before);
      expect(await ensure(other.config(), 'replaced', { accept: 'moved here' })).toMatchObject({ code: 0 });
      expect(await ensure(server.config(), 'replaced')).toMatchObject({ code: 22 });
    });

    test('creates once by a permission in the environment, which is used up', async () => {
      const { ensure, record } = place();
      await ensure(server.config(), 'allowed');
      await server.query('DROP DATABASE allowed');
      const allowed = { allowed: 'allowed' };
      expect(await ensure(server.config(), 'allowed', allowed)).toMatchObject({ code: 0 });
      expect(record().history.at(-1)).toMatchObject({ event: 'created', permission: 'allowed' });
      await server.query('DROP DATABASE allowed');
      const again = await ensure(server.config(), 'allowed', allowed);
      expect(again).toMatchObject({ code: 21, output: expect.stringContaining('counts once') });
      expect(await exists(server, 'allowed')).toBe(false);
    });

    test('creates once by a file, which is taken away', async () => {
      const { ensure, directory, record } = place();
      await ensure(server.config(), 'moved');
      writeFileSync(join(directory, 'allow-create'), `${await identifier(other)}\n`);
      expect(await ensure(other.config(), 'moved')).toMatchObject({ code: 0 });
      expect(record().systemIdentifier).toBe(await identifier(other));
      expect(readdirSync(directory)).not.toContain('allow-create');
      await other.query('DROP DATABASE moved');
      expect(await ensure(other.config(), 'moved')).toMatchObject({ code: 21 });
    });

    test('warns of one that was emptied, goes on, and remembers what it held', async () => {
      const { ensure, record, kinds } = place();
      await server.query('CREATE DATABASE emptied');
      await server.query(
        'CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT 1; CREATE TABLE c AS SELECT 1',
        'emptied',
      );
      await ensure(server.config(), 'emptied');
      await server.query('DROP TABLE a, b, c', 'emptied');
      for (const _ of [1, 2]) expect(await ensure(server.config(), 'emptied')).toMatchObject({ code: 0 });
      expect(kinds().filter((kind) => kind === 'database_shrunk')).toHaveLength(2);
      expect(record().databases.get('emptied')?.tables?.tables).toBe(3);
      await ensure(server.config(), 'emptied', { accept: 'it is to be empty' });
      expect(record().databases.get('emptied')?.tables?.tables).toBe(0);
    });

    test('never takes a damaged record for none (30)', async () => {
      const { ensure, file } = place();
      writeFileSync(file, '');
      expect(await ensure(server.config(), 'damaged')).toMatchObject({ code: 30 });
      expect(await ensure(server.config(), 'damaged', { allowed: 'damaged' })).toMatchObject({ code: 30 });
      expect(await exists(server, 'damaged')).toBe(false);
      expect(readFileSync(file, 'utf8')).toBe('');
    });

    test('says what a role lacks (1), and lets the right one create it afterwards', async () => {
      const { ensure, kinds } = place();
      await server.query(
        'CREATE ROLE plain LOGIN; CREATE ROLE maker LOGIN CREATEDB; CREATE ROLE app; GRANT app TO maker',
      );
      const [plain, maker] = ['plain', 'maker'].map((user) => server.config({ user }));
      if (!plain || !maker) throw new Error('unreachable');
      for (const _ of [1, 2])
        expect(await ensure(plain, 'owned')).toMatchObject({
          code: 1,
          output: expect.stringContaining('CREATEDB'),
        });
      expect(await ensure(maker, 'owned', { owner: 'nobody' })).toMatchObject({
        code: 1,
        output: expect.stringContaining('no role nobody'),
      });
      expect(await ensure(maker, 'owned', { owner: 'app' })).toMatchObject({ code: 0 });
      const [row] = await server.query(
        `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'owned'`,
      );
      expect(row).toEqual({ owner: 'app' });
      expect(await ensure(plain, 'owned')).toMatchObject({ code: 0 });
      expect(kinds().slice(-2)).toEqual(['database_created', 'database_verified']);
    });

    test('a database that nobody can enter is neither created nor used (30)', async () => {
      const { ensure } = place();
      await ensure(server.config(), 'closed');
      await server.query('ALTER DATABASE closed ALLOW_CONNECTIONS false');
      expect(await ensure(server.config(), 'closed')).toMatchObject({
        code: 30,
        output: expect.stringContaining('cannot be entered'),
      });
      await server.query(
        `UPDATE pg_database SET datallowconn = true, datconnlimit = -2 WHERE datname = 'closed'`,
      );
      expect(await ensure(server.config(), 'closed')).toMatchObject({ code: 30 });
    });

    test('cannot tell one cluster from another without the right to (30)', async () => {
      const { ensure } = place();
      await other.query(
        'REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE deaf LOGIN CREATEDB',
      );
      expect(await ensure(other.config({ user: 'deaf' }), 'unseen')).toMatchObject({
        code: 30,
        output: expect.stringContaining('GRANT EXECUTE'),
      });
      expect(await exists(other, 'unseen')).toBe(false);
    });

    test('six at once: one creates, the others find it, and none fails', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { ensure, kinds } = place();
        const all = await Promise.all(
          Array.from({ length: 6 }, () => ensure(server.config(), `raced${round}`, { waitMs: 30_000 })),
        );
        expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
        const found = kinds().map((kind) => (kind === 'database_adopted' ? 'database_verified' : kind));
        expect(found.sort()).toEqual(['database_created', ...Array<string>(5).fill('database_verified')]);
      }
    });

    test('at once with others who create it without asking, none fails', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { ensure, record } = place();
        const datname = `contested${round}`;
        const [guarded] = await Promise.all([
          ensure(server.config(), datname, { waitMs: 30_000 }),
          ...[1, 2, 3].map(() => server.query(`CREATE DATABASE ${datname}`).catch(() => undefined)),
        ]);
        expect(guarded, guarded.output).toMatchObject({ code: 0 });
        const [row] = await server.query(`SELECT oid::text FROM pg_database WHERE datname = '${datname}'`);
        expect(record().databases.get(datname)?.oid).toBe(row?.['oid']);
      }
    });

    test('waits for a server that starts, and gives up in time (30)', async () => {
      const { ensure, kinds } = place();
      const late = await startPostgres({ version });
      try {
        await late.stop();
        const startedAt = performance.now();
        expect(await ensure(late.config(), 'late', { waitMs: 1500 })).toMatchObject({
          code: 30,
          output: expect.stringContaining('nothing listens'),
        });
        expect(performance.now() - startedAt).toBeGreaterThan(1500);
        const waiting = ensure(late.config(), 'late', { waitMs: 60_000 });
        await late.start();
        expect(await waiting).toMatchObject({ code: 0 });
        expect(kinds()).toEqual(['creation_failed', 'database_created']);
      } finally {
        await late.dispose();
      }
    });

    test('a wrong password is not waited for (30)', async () => {
      const { ensure } = place();
      await server.query('CREATE ROLE locked LOGIN');
      await server.setHba(['host all locked 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust']);
      const startedAt = performance.now();
      const said = await ensure(server.config({ user: 'locked' }), 'app', { waitMs: 600_000 });
      expect(said).toMatchObject({ code: 30, output: expect.stringContaining('password') });
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    });

    test('a frozen server is unknown, whatever is remembered (30)', async () => {
      const { ensure } = place();
      const frozen = await startPostgres({ version });
      try {
        await ensure(frozen.config(), 'app');
        frozen.signal('SIGSTOP');
        expect(await ensure(frozen.config(), 'app')).toMatchObject({ code: 30 });
      } finally {
        frozen.signal('SIGCONT');
        await frozen.dispose();
      }
    });

    test('two databases at once are both on record, for the server has one lock', async () => {
      const { ensure, record } = place();
      const names = Array.from({ length: 4 }, (_, index) => `beside${index}`);
      const all = await Promise.all(names.map((name) => ensure(server.config(), name, { waitMs: 60_000 })));
      expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      expect([...record().databases.keys()].sort()).toEqual(names);
    });

    test('the lock is waited for', async () => {
      const { ensure } = place();
      const holder = await server.session();
      await holder.query('SELECT pg_advisory_lock(1885828711, 0)');
      expect(await ensure(server.config(), 'locked_one')).toMatchObject({
        code: 30,
        output: expect.stringContaining('another pgvigil'),
      });
      await holder.end();
      expect(await ensure(server.config(), 'locked_one', { waitMs: 60_000 })).toMatchObject({ code: 0 });
    });
  });
});
