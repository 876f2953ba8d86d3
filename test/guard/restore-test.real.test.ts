import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { lastTest, type RestoreTest } from '../../src/model/restore-test.ts';
import { serverDirectory } from '../../src/observe/backups/own/layout.ts';
import { decodeTests, TESTS_FILE } from '../../src/observe/backups/own/tests.ts';
import { built, ensureBuilt } from '../kit/build.ts';
import { describeWith, has } from '../kit/needs.ts';
import { type BackupOnDisk, contentOf, fillShop, makeBackup } from '../kit/own-backups.ts';
import { type Postgres, postgresBinaries, startPostgres } from '../kit/postgres.ts';
import { run, start } from '../kit/process.ts';

// Each starts several servers and programs, on a machine that may have other work.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const SHOP = 'shop';
const BIN = postgresBinaries(15) ?? '';

describeWith(['postgres15'], 'a restore test', () => {
  let server: Postgres;
  let pristine: string;
  let base: string;
  let directory: string;
  let scratchHome: string;

  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({ version: 15, freshIdentity: true });
    await fillShop(server, SHOP);
    pristine = mkdtempSync(join(tmpdir(), 'pgvigil-pristine-'));
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(pristine, { recursive: true, force: true });
  });
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-restore-'));
    directory = join(base, 'backups');
    // Where scratch servers are made: what is left in it is left behind.
    scratchHome = mkdtempSync(join(tmpdir(), 'pgvigil-scratch-'));
    execFileSync('chmod', ['755', scratchHome]);
    mkdirSync(directory);
  });
  afterEach(() => {
    expect(readdirSync(scratchHome)).toEqual([]);
    rmSync(base, { recursive: true, force: true });
    rmSync(scratchHome, { recursive: true, force: true });
  });

  const backup = (pgDump: readonly string[] = [], datname = SHOP): Promise<BackupOnDisk> =>
    makeBackup(server, { directory, datname, pgDump });

  /** Writes a configuration whose `restore_test` is as given, and gives the arguments of the command. */
  function command(restoreTest: object = {}, more: object = {}): readonly string[] {
    const file = join(base, 'pgvigil.yml');
    const own = { kind: 'pgvigil', directory, require_mount: false };
    const source = { name: 'nightly', ...own, databases: [SHOP], restore_test: restoreTest, ...more };
    const config = {
      servers: [{ name: 'main', url: server.url() }],
      docker: false,
      state: { directory: join(base, 'state') },
      backups: [source],
    };
    writeFileSync(file, JSON.stringify(config));
    return [built('main.js'), 'restore-test', '--config', file, '--json'];
  }
  const env = (path = '/usr/bin:/bin'): Record<string, string> => ({ PATH: path, TMPDIR: scratchHome });

  async function tried(
    args: readonly string[] = command(),
    environment = env(),
  ): Promise<{ readonly code: number | null; readonly test: RestoreTest; readonly output: string }> {
    const { code, output } = await run({ command: process.execPath, args, env: environment }, 240_000);
    const json = output.slice(output.indexOf('[\n'), output.lastIndexOf(']') + 1);
    const [test] = (json === '' ? [] : JSON.parse(json)) as RestoreTest[];
    return { code, test: test ?? ({} as RestoreTest), output };
  }
  const remembered = (at = Date.now()): RestoreTest | undefined => {
    const [tests] = decodeTests(readFileSync(join(serverDirectory(directory, 'main'), TESTS_FILE), 'utf8'));
    return tests && lastTest(tests, at);
  };

  test('passes: restored, and every row is the one that was dumped; written into the manifest', async () => {
    const made = await backup();
    const { code, test, output } = await tried(
      command({
        sql: ['SELECT count(*) >= 20000 FROM app.orders', "SELECT max(at) > '2026-01-14' FROM app.orders"],
      }),
    );
    expect({ code, result: test.result, detail: test.detail, output: code === 0 ? '' : output }).toEqual({
      code: 0,
      result: 'passed',
      detail: undefined,
      output: '',
    });
    expect(test.checks).toEqual({
      checksum: 'passed',
      archive: 'passed',
      restore: 'passed',
      rows: 'passed',
      hashes: 'passed',
      schema: 'passed',
      extensions: 'passed',
      migrations: 'passed',
      sql: 'passed',
    });
    expect(test.restored).toMatchObject({ tables: 5, rows: 20_000 + 500 + 1000 + 2 + 1 });
    expect(made.manifest().verified).toMatchObject([
      { level: 'restore', result: 'passed', location: 'local' },
    ]);
    expect(remembered()).toMatchObject({ result: 'passed', backup: made.id });
  });

  test('finds a bit that was flipped in a dump without compression, which pg_restore cannot', async () => {
    const made = await backup(['-Z0']);
    const flip = (bytes: Buffer): Buffer => {
      const at = bytes.indexOf('customer 250');
      bytes[at] = (bytes[at] ?? 0) ^ 0x02;
      return bytes;
    };
    made.damage(flip);
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'checksum' } });
    // As if it had been so when it was made: nothing but the rows tells.
    made.damage((bytes) => bytes, true);
    const { code, test } = await tried();
    expect({ code, reason: test.reason, checks: test.checks }).toMatchObject({
      code: 40,
      reason: 'content',
      checks: { checksum: 'passed', archive: 'passed', restore: 'passed', rows: 'passed', hashes: 'failed' },
    });
    expect(test.mismatches).toMatchObject([{ name: 'customers', what: 'content' }]);
    expect(made.manifest().verified).toMatchObject([{ level: 'restore', result: 'failed' }]);
  });

  test('finds a bit that was flipped in a compressed dump, also where the checksum is of the damaged one', async () => {
    const made = await backup();
    const flip = (bytes: Buffer): Buffer => {
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      return bytes;
    };
    made.damage(flip);
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'checksum' } });
    made.damage((bytes) => bytes, true);
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'archive' } });
  });

  test('finds a dump that was cut off, before and after its checksum was taken', async () => {
    const made = await backup();
    made.damage((bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'checksum' } });
    made.damage((bytes) => bytes, true);
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'archive' } });
    truncateSync(made.dump, 0);
    made.damage((bytes) => bytes, true);
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'archive' } });
  });

  test('finds an emptied table, a table that is missing, and other rows of the same number', async () => {
    const made = await backup();
    made.rewriteManifest((before) => ({
      ...before,
      tables: before.tables.map((one) => (one.name === 'orders' ? { ...one, rows: 20_001 } : one)),
    }));
    const counted = await tried();
    expect(counted).toMatchObject({ code: 40, test: { reason: 'content', mismatchedTables: 1 } });
    expect(counted.test.mismatches).toMatchObject([
      { what: 'rows', expectedRows: 20_001, foundRows: 20_000 },
    ]);
    made.rewriteManifest((before) => ({
      ...before,
      tables: [
        ...before.tables.map((one) => (one.name === 'orders' ? { ...one, rows: 20_000, hash: '12' } : one)),
        { schema: 'app', name: 'lost', rows: 7, hash: undefined },
      ],
    }));
    const other = await tried();
    expect(other.code).toBe(40);
    expect(other.test.mismatches.map(({ name, what }) => [name, what]).sort()).toEqual([
      ['lost', 'missing'],
      ['orders', 'content'],
    ]);
  });

  test('finds an emptied dump of a database that was emptied under the same name', async () => {
    await server.query('CREATE DATABASE emptied');
    await server.query('CREATE TABLE t AS SELECT * FROM generate_series(1, 5) n', 'emptied');
    const made = await backup([], 'emptied');
    const before = made.manifest();
    await server.query('TRUNCATE t', 'emptied');
    const after = await makeBackup(server, { directory, datname: 'emptied', at: Date.now() + 2000 });
    after.rewriteManifest((now) => ({ ...now, tables: before.tables }));
    const args = [...command({}, { databases: ['emptied'] })];
    expect(await tried(args)).toMatchObject({ code: 40, test: { reason: 'content', backup: after.id } });
    expect(await tried([...args, '--backup', made.id])).toMatchObject({ code: 0, test: { backup: made.id } });
  });

  test('a failing question of the user is a failed test', async () => {
    await backup();
    const sql = ['SELECT count(*) > 999999 FROM app.orders'];
    expect(await tried(command({ sql }))).toMatchObject({
      code: 40,
      test: { reason: 'sql', checks: { rows: 'passed' } },
    });
    expect(await tried(command({ sql: ['SELECT nonsense'] }))).toMatchObject({
      code: 40,
      test: { reason: 'sql' },
    });
    const writing = ['DELETE FROM app.orders RETURNING true'];
    expect(await tried(command({ sql: writing }))).toMatchObject({ code: 40, test: { reason: 'sql' } });
  });

  test('what has no manifest is no backup; a manifest that is cut off is a broken one', async () => {
    const made = await backup();
    const text = readFileSync(made.manifestPath, 'utf8');
    rmSync(made.manifestPath);
    expect(await tried()).toMatchObject({ code: 41, test: { result: 'inconclusive', reason: 'no_backup' } });
    expect(remembered()).toMatchObject({ result: 'inconclusive', reason: 'no_backup' });
    writeFileSync(made.manifestPath, text.slice(0, -30));
    expect(await tried()).toMatchObject({ code: 40, test: { reason: 'manifest' } });
    rmSync(dirname(made.manifestPath), { recursive: true });
    expect(await tried()).toMatchObject({ code: 41, test: { reason: 'no_backup' } });
  });

  test('a missing extension is the fault of the surroundings, and proves nothing', async () => {
    const made = await backup();
    made.rewriteManifest((before) => ({ ...before, extensions: [...before.extensions, 'postgis'] }));
    expect(await tried()).toMatchObject({ code: 41, test: { result: 'inconclusive', reason: 'extension' } });
    expect(made.manifest().verified).toEqual([]);
  });

  test('without programs of PostgreSQL nothing is known', async () => {
    const made = await backup();
    made.rewriteManifest((before) => ({ ...before, serverVersion: '99.1' }));
    expect(await tried()).toMatchObject({ code: 41, test: { reason: 'tools' } });
    expect(made.manifest().verified).toEqual([]);
  });

  describe('that is interrupted', () => {
    /** Starts a test that takes a while, and waits until it restores. */
    async function begun() {
      const made = await backup();
      const running = await start({
        command: process.execPath,
        args: command({ sql: ['SELECT true FROM pg_sleep(60)'] }),
        env: env(),
      });
      await expect.poll(() => scratchServers(scratchHome).length, { timeout: 30_000 }).toBeGreaterThan(0);
      await expect.poll(() => sleeping(scratchHome), { timeout: 30_000 }).toBe(true);
      return { made, running };
    }

    test('by SIGTERM is inconclusive, and leaves no server and no file behind', async () => {
      const { made, running } = await begun();
      running.signal('SIGTERM');
      expect(await running.exited).toEqual({ code: 41, signal: null });
      expect(remembered()).toMatchObject({ result: 'inconclusive', reason: 'interrupted' });
      expect(made.manifest().verified).toEqual([]);
      expect(scratchServers(scratchHome)).toEqual([]);
    });

    test('by SIGKILL is inconclusive too, and its server ends by itself', async () => {
      const { made, running } = await begun();
      running.signal('SIGKILL');
      await running.exited;
      await expect.poll(() => readdirSync(scratchHome), { timeout: 30_000 }).toEqual([]);
      expect(scratchServers(scratchHome)).toEqual([]);
      expect(remembered(Date.now() + 600_000)).toMatchObject({
        result: 'inconclusive',
        reason: 'interrupted',
      });
      expect(made.manifest().verified).toEqual([]);
    });
  });

  test.runIf(has('mounts'))('without space for it nothing is known', async () => {
    const made = await backup();
    const script = 'mount -t tmpfs -o size=64m none "$TMPDIR" && exec "$0" "$@"';
    const { code, output } = await run(
      { command: 'unshare', args: ['-m', 'sh', '-c', script, process.execPath, ...command()], env: env() },
      60_000,
    );
    expect({ code, output }).toMatchObject({ code: 41, output: expect.stringContaining('"no_space"') });
    expect(made.manifest().verified).toEqual([]);
  });

  describe('on a server that somebody gives', () => {
    let scratch: Postgres;
    const at = (of: Postgres, user: string): object => ({ scratch: { url: of.url('postgres', user) } });
    beforeAll(async () => {
      scratch = await startPostgres({ version: 18, freshIdentity: true });
      await scratch.query(`CREATE ROLE tester LOGIN SUPERUSER; ALTER ROLE tester SET pgvigil.scratch = 'on'`);
      await server.query(`CREATE ROLE tester LOGIN SUPERUSER; ALTER ROLE tester SET pgvigil.scratch = 'on'`);
    });
    afterAll(() => scratch?.dispose());
    const databases = async (of: Postgres) =>
      (await of.query('SELECT datname FROM pg_database ORDER BY 1')).map((row) => row['datname']);

    test('passes, of another major version, by counts; and leaves nothing there', async () => {
      await backup();
      await scratch.query('CREATE DATABASE pgvigil_rt_1000000000_old');
      await scratch.query('CREATE DATABASE others_data');
      const before = await databases(scratch);
      const { code, test, output } = await tried(command(at(scratch, 'tester')));
      expect({ code, checks: test.checks, output: code === 0 ? '' : output }).toMatchObject({
        code: 0,
        checks: { rows: 'passed', hashes: 'skipped', schema: 'skipped', extensions: 'passed' },
        output: '',
      });
      expect(await databases(scratch)).toEqual(before.filter((name) => name !== 'pgvigil_rt_1000000000_old'));
    });

    test('an extension that it lacks proves nothing', async () => {
      // PostgreSQL 17 took it away.
      await server.query('CREATE DATABASE with_adminpack');
      await server.query('CREATE EXTENSION adminpack', 'with_adminpack');
      const made = await backup([], 'with_adminpack');
      const args = command(at(scratch, 'tester'), { databases: ['with_adminpack'] });
      expect(await tried(args)).toMatchObject({ code: 41, test: { reason: 'extension' } });
      // Not known before: the restore itself stumbles over it.
      made.rewriteManifest((before) => ({ ...before, extensions: [] }));
      expect(await tried(args)).toMatchObject({ code: 41, test: { reason: 'extension' } });
    });

    test('refuses the server of the data, whatever it says of itself', async () => {
      await backup();
      const before = await databases(server);
      const { code, output } = await tried(command(at(server, 'tester')));
      expect({ code, output }).toMatchObject({
        code: 2,
        output: expect.stringContaining('of the data itself'),
      });
      expect(await databases(server)).toEqual(before);
      expect(remembered()).toMatchObject({ result: 'inconclusive', reason: 'refused' });
    });

    test('refuses it by the backups alone, when the server itself is silent', async () => {
      await backup();
      const args = command(at(server, 'tester'));
      const file = args[3] ?? '';
      const config = readFileSync(file, 'utf8').replace(
        `"url":"${server.url()}"`,
        '"url":"postgres://postgres@127.0.0.1:1/postgres"',
      );
      writeFileSync(file, config);
      expect((await tried(args)).code).toBe(2);
    });

    test('refuses any while nothing is known of the server of the data, whatever is known of others', async () => {
      const args = command();
      const file = args[3] ?? '';
      const config = JSON.parse(readFileSync(file, 'utf8')) as object;
      const silent = { name: 'main', url: 'postgres://postgres@127.0.0.1:1/postgres' };
      const foreign = {
        ...{ name: 'foreign', kind: 'files', server: 'main', databases: [SHOP], min_bytes: '1B' },
        ...{ path: join(base, '{datname}-*.sql'), restore_test: at(scratch, 'tester') },
      };
      const servers = [silent, { name: 'other', url: server.url() }];
      writeFileSync(file, JSON.stringify({ ...config, servers, backups: [foreign] }));
      writeFileSync(
        join(base, 'shop-1.sql'),
        '-- PostgreSQL database dump\nCREATE TABLE one ();\n-- PostgreSQL database dump complete\n',
      );
      const { code, output } = await tried(args);
      expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('is not known') });
    });

    test('refuses one that does not say that it is one', async () => {
      await backup();
      const { code, output } = await tried(command(at(scratch, 'postgres')));
      expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('pgvigil.scratch') });
    });

    test('one that is down is inconclusive', async () => {
      await backup();
      const url = { scratch: { url: 'postgres://tester@127.0.0.1:1/postgres' } };
      expect(await tried(command(url))).toMatchObject({ code: 41, test: { reason: 'scratch' } });
    });
  });

  describe('of dumps that something else makes', () => {
    const files = (path: string): readonly string[] => {
      const args = command();
      const file = args[3] ?? '';
      const config = JSON.parse(readFileSync(file, 'utf8')) as { backups: object[] };
      config.backups = [
        { name: 'foreign', kind: 'files', path, min_bytes: '1B', databases: [SHOP], restore_test: {} },
      ];
      writeFileSync(file, JSON.stringify(config));
      return args;
    };
    const dump = (args: readonly string[] = []): Buffer =>
      execFileSync(
        join(BIN, 'pg_dump'),
        [
          '-h',
          server.socketDirectory,
          '-p',
          String(server.port),
          '-U',
          'postgres',
          '--no-owner',
          '--no-privileges',
          ...args,
          SHOP,
        ],
        { maxBuffer: 1e9 },
      );

    test('a plain and a compressed one are restored, and what cannot be compared is skipped', async () => {
      // The policy names a role that is not in a dump of one database.
      const plain = Buffer.from(
        dump()
          .toString()
          .replace(/CREATE POLICY .*;/g, ''),
      );
      const path = join(base, '{datname}-*.sql.gz');
      writeFileSync(join(base, 'shop-20261127.sql.gz'), gzipSync(plain));
      const { code, test, output } = await tried(files(path));
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(test.checks).toMatchObject({
        checksum: 'skipped',
        archive: 'passed',
        restore: 'passed',
        rows: 'skipped',
      });
      expect(test.restored).toMatchObject({ tables: 5, rows: 21_503 });
      writeFileSync(join(base, 'shop-20261128.sql'), plain);
      expect(await tried(files(join(base, '{datname}-*.sql')))).toMatchObject({ code: 0 });
    });

    test('one that was cut off is found, in its middle and at its end', async () => {
      const plain = dump();
      const whole = gzipSync(plain);
      const file = join(base, 'shop-1.sql.gz');
      const args = files(join(base, '{datname}-*.sql.gz'));
      writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)));
      expect(await tried(args)).toMatchObject({ code: 40, test: { reason: 'archive' } });
      // Whole for gzip: pg_dump was killed, and gzip packed what had come.
      writeFileSync(file, gzipSync(plain.subarray(0, Math.floor(plain.length / 2))));
      expect(await tried(args)).toMatchObject({ code: 40, test: { reason: 'archive' } });
      writeFileSync(file, gzipSync(Buffer.alloc(0)));
      expect((await tried(args)).code).not.toBe(0);
    });

    test('an error in the middle of one is found', async () => {
      const broken = dump().toString().replace('CREATE TABLE app.parts ', 'CREATE TABEL app.parts ');
      writeFileSync(join(base, 'shop-1.sql'), broken);
      expect(await tried(files(join(base, '{datname}-*.sql')))).toMatchObject({
        code: 40,
        test: { reason: 'restore' },
      });
    });

    test('an archive without a manifest is restored too', async () => {
      writeFileSync(join(base, 'shop-1.dump'), dump(['-Fc']));
      const { code, test, output } = await tried(files(join(base, '{datname}-*.dump')));
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(test.restored).toMatchObject({ rows: 21_503 });
    });
  });

  describe('a restore', () => {
    const restore = (more: readonly string[]): Promise<{ code: number | null; output: string }> => {
      const [main = '', , flag = '', file = ''] = command();
      const args = [main, 'restore', flag, file, '--database', SHOP, ...more];
      return run({ command: process.execPath, args, env: env() }, 240_000);
    };

    test('brings every row back into a new database, and never into one that holds something', async () => {
      await backup();
      const refused = await restore([]);
      expect(refused).toMatchObject({
        code: 24,
        output: expect.stringContaining('nothing is ever overwritten'),
      });
      const { code, output } = await restore(['--as', 'shop_back']);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(await contentOf(server, 'shop_back')).toEqual(await contentOf(server, SHOP));
      const [owner] = await server.query(
        `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'shop_back'`,
      );
      expect(owner).toEqual({ owner: 'simfab' });
      expect(output).toContain('accept INCIDENT');
      expect((await restore(['--as', 'shop_back'])).code).toBe(24);
    });

    test('into an empty database that is there', async () => {
      await backup();
      await server.query('CREATE DATABASE shop_empty');
      const { code, output } = await restore(['--as', 'shop_empty', '--no-owner']);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect((await contentOf(server, 'shop_empty')).tables).toEqual((await contentOf(server, SHOP)).tables);
    });

    test('of a broken backup makes nothing', async () => {
      const made = await backup();
      made.damage((bytes) => bytes.subarray(0, bytes.length - 1000));
      const before = await server.query('SELECT datname FROM pg_database ORDER BY 1');
      expect((await restore(['--as', 'shop_broken'])).code).toBe(40);
      expect(await server.query('SELECT datname FROM pg_database ORDER BY 1')).toEqual(before);
    });

    test('only says what it would do with --plan, and asks which cluster is meant', async () => {
      const made = await backup();
      const plan = await restore(['--as', 'shop_plan', '--plan']);
      expect(plan).toMatchObject({ code: 0, output: expect.stringContaining('The plan') });
      expect(await server.query(`SELECT FROM pg_database WHERE datname = 'shop_plan'`)).toEqual([]);
      const cluster = dirname(dirname(made.manifestPath));
      cpSync(cluster, join(dirname(cluster), '7711166475015090956'), { recursive: true });
      const asked = await restore(['--as', 'shop_plan']);
      expect(asked).toMatchObject({ code: 3, output: expect.stringContaining('several clusters') });
      const named = ['--backup', `${made.manifest().systemIdentifier}/${made.id}`];
      expect((await restore(['--as', 'shop_named', ...named])).code).toBe(0);
    });

    test('writes the restored database on the record of the guard', async () => {
      const made = await backup();
      const record = join(base, 'record/identity.json');
      mkdirSync(dirname(record));
      const { code, output } = await restore([
        '--as',
        'shop_record',
        '--record',
        record,
        '--reason',
        'lost volume',
      ]);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
        systemIdentifier: made.manifest().systemIdentifier,
        databases: { shop_record: {} },
        history: [{ event: 'accepted', reason: 'lost volume' }],
      });
      expect(existsSync(join(dirname(record), 'journal.ndjson'))).toBe(true);
    });
  });
});

/** Pids of servers whose data is below a directory. */
function scratchServers(home: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes('postgres') && line.includes(`${home}/`) && line.includes('-D');
    } catch {
      return false;
    }
  });
}

/** Whether a session of a scratch server sleeps: the last step of a test that is slow on purpose. */
function sleeping(home: string): boolean {
  const servers = scratchServers(home);
  return readdirSync('/proc').some((pid) => {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] ?? '';
      return servers.includes(parent) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('SELECT');
    } catch {
      return false;
    }
  });
}
