import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupManifest } from '../../src/model/backup.ts';
import { encodeManifest } from '../../src/observe/backups/own/manifest-codec.ts';
import { decodeHappening } from '../../src/remember/happening-codec.ts';
import { ensureBuilt } from '../kit/build.ts';
import { MAIN, startExporter } from '../kit/exporter.ts';
import { describeWith } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { run, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

/** Of a database that another cluster held. */
const savedManifest: BackupManifest = {
  schema: 1,
  tool: { name: 'pgvigil', version: '0.1.0' },
  source: 'nightly',
  server: 'main',
  datname: 'saved',
  systemIdentifier: '7711164505161400930',
  oid: '16384',
  serverVersion: '15.18',
  clientVersion: '15.18',
  startedAt: 1_767_231_000_000,
  snapshotAt: 1_767_231_000_000,
  finishedAt: 1_767_231_020_000,
  databaseBytes: 8_000_000,
  files: [{ name: '20260101T013000Z.dump', bytes: 5, sha256: 'a'.repeat(64) }],
  tables: [],
  schemaSha256: undefined,
  extensions: [],
  roles: [],
  migrations: undefined,
  verified: [],
};

describeWith(['postgres'], 'pgvigil ensure and setup', () => {
  const base = mkdtempSync(join(tmpdir(), 'pgvigil-e2e-guard-'));
  let server: Postgres;
  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({ version: 18, freshIdentity: true });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(base, { recursive: true, force: true });
  });

  const place = (name: string): string => {
    mkdirSync(join(base, name));
    return join(base, name, 'identity.json');
  };
  const program = (args: readonly string[], env: Record<string, string> = {}) => ({
    command: process.execPath,
    args: [MAIN, ...args],
    env: { PATH: process.env['PATH'], ...env },
    cwd: base,
  });
  const pgvigil = (args: readonly string[], env: Record<string, string> = {}) =>
    run(program(args, env), 110_000);
  const setup = (datname: string, file: string, ...command: string[]) =>
    program(['setup', '--record', file, '--', ...command], { DATABASE_URL: server.url(datname) });
  const shell = (script: string): string[] => ['sh', '-c', script];
  const exists = async (datname: string): Promise<boolean> =>
    (await server.query(`SELECT FROM pg_database WHERE datname = '${datname}'`)).length === 1;
  const journal = (file: string): unknown[] =>
    readFileSync(join(file, '../journal.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => decodeHappening(line));

  test('setup creates, runs the migration with our streams and environment, and keeps a journal', async () => {
    const file = place('first');
    const migration = `psql "$DATABASE_URL" -qc 'CREATE TABLE made (id int)' && echo migrated`;
    const said = await run(setup('first', file, ...shell(migration)), 110_000);
    expect(said).toMatchObject({ code: 0, output: expect.stringContaining('migrated\n') });
    expect(await server.query('SELECT FROM made', 'first')).toEqual([]);
    expect(said.output).toMatch(
      /^\d{4}-\d\d-\d\dT\S+ pgvigil: database "first" was created \(.*permitted=false/m,
    );
    expect(journal(file)).toMatchObject([
      { kind: 'database_created', datname: 'first' },
      { kind: 'command_started', datname: 'first', details: { program: 'sh' } },
      { kind: 'command_ended', details: { exit_code: 0 } },
    ]);
  });

  test('setup runs nothing where it refuses (21), and says how to get back', async () => {
    const file = place('lost');
    expect(await run(setup('lost', file, 'true'), 110_000)).toMatchObject({ code: 0 });
    await server.query('DROP DATABASE lost');
    const said = await run(setup('lost', file, 'touch', join(base, 'was-run')), 110_000);
    expect(said).toMatchObject({ code: 21, output: expect.stringContaining('The way back:') });
    expect(said.output).toContain('pg_restore');
    expect(existsSync(join(base, 'was-run'))).toBe(false);
    expect(await exists('lost')).toBe(false);
    expect(journal(file).at(-1)).toMatchObject({
      kind: 'creation_refused',
      details: { because: 'database_dropped' },
    });
  });

  test('backups refuse an empty database (20) to whoever remembers nothing, until a person allows it', async () => {
    const backups = join(base, 'backups');
    const directory = join(backups, 'main', '7711164505161400930', 'saved.db');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, '20260101T013000Z.dump'), 'PGDMP');
    writeFileSync(join(directory, '20260101T013000Z.manifest.json'), encodeManifest(savedManifest));
    const file = place('saved');
    const ensure = (from: string, env: Record<string, string> = {}) =>
      pgvigil(['ensure', '--url', server.url('saved'), '--record', file, '--backups', from], env);
    const refused = await ensure(backups);
    expect(refused).toMatchObject({ code: 20, output: expect.stringContaining(backups) });
    expect(refused.output).toContain('system identifier 7711164505161400930');
    expect(await ensure(join(base, 'not-mounted'))).toMatchObject({ code: 30 });
    expect(await exists('saved')).toBe(false);
    expect(await ensure(backups, { PGVIGIL_ALLOW_CREATE: 'saved' })).toMatchObject({ code: 0 });
    expect(await exists('saved')).toBe(true);
    // It is on record now, and empty: backups say nothing about that any more.
    expect(await ensure(backups)).toMatchObject({ code: 0 });
  });

  test('setup passes on the exit code of the command', async () => {
    const file = place('codes');
    expect(await run(setup('codes', file, ...shell('exit 7')), 110_000)).toMatchObject({ code: 7 });
    expect(await run(setup('codes', file, ...shell('kill -KILL $$')), 110_000)).toMatchObject({ code: 137 });
    expect(await run(setup('codes', file, 'no-such-program'), 110_000)).toMatchObject({ code: 127 });
    expect(await run(setup('codes', file, base), 110_000)).toMatchObject({ code: 126 });
  });

  test.each([
    ['SIGTERM', 'TERM'],
    ['SIGINT', 'INT'],
    ['SIGHUP', 'HUP'],
  ] as const)('setup passes %s on, and waits for the command as long as it takes', async (signal, name) => {
    const file = place(signal);
    const script = `trap 'sleep 3; exit 9' ${name}; echo waiting; while :; do sleep 0.1; done`;
    const running = await start(setup('signals', file, ...shell(script)));
    await waitFor('the command runs', 60_000, () => running.output().includes('waiting\n') || undefined);
    running.signal(signal);
    expect(await running.exited).toEqual({ code: 9, signal: null });
    expect(journal(file).at(-1)).toMatchObject({ kind: 'command_ended', details: { exit_code: 9 } });
  });

  test('it ends at once when it is told to while it waits (143)', async () => {
    const args = [
      'ensure',
      '--url',
      'postgres://u@127.0.0.1:1/app',
      '--record',
      place('waiting'),
      '--wait',
      '10m',
    ];
    const running = await start(program(args));
    await waitFor('it waits', 60_000, () => running.output().includes('waiting') || undefined);
    const askedAt = performance.now();
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 143, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(5_000);
  });

  test('a standard output on a full disk stops nothing', async () => {
    const file = place('deaf');
    const args = ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, MAIN];
    const said = await run(
      {
        ...program([]),
        command: 'sh',
        args: [...args, 'setup', '--url', server.url('deaf'), '--record', file, '--', 'true'],
      },
      110_000,
    );
    expect(said).toMatchObject({ code: 0 });
    expect(await exists('deaf')).toBe(true);
    expect(journal(file).at(-1)).toMatchObject({ kind: 'command_ended', details: { exit_code: 0 } });
  });

  test('four replicas that start at once all come up', async () => {
    const file = place('replicas');
    const all = await Promise.all([1, 2, 3, 4].map(() => run(setup('replicas', file, 'true'), 110_000)));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const created = all.filter(({ output }) => output.includes('was created'));
    expect(created).toHaveLength(1);
  });

  test('a record is never kept where it would be lost (30), nor its directory made', async () => {
    const away = join(base, 'not-mounted', 'identity.json');
    const ensure = (file: string) =>
      pgvigil(['ensure', '--url', server.url('nowhere'), '--record', file, '--wait', '0s']);
    expect(await ensure(away)).toMatchObject({ code: 30, output: expect.stringContaining('is not there') });
    expect(readdirSync(base)).not.toContain('not-mounted');
    expect(await ensure(join(server.dataDirectory, 'identity.json'))).toMatchObject({
      code: 30,
      output: expect.stringContaining('outside of the data volume'),
    });
    expect(await exists('nowhere')).toBe(false);
  });

  test('by a running pgvigil: what was never seen is created, and refused once it was', async () => {
    const exporter = await startExporter({
      servers: [{ name: 'main', url: server.url('postgres'), databases: { expect: ['simfab_dev'] } }],
    });
    const ensure = (wait = '30s') =>
      pgvigil(['ensure', '--url', server.url('simfab_dev'), '--report', exporter.url, '--wait', wait]);
    const known = async () => {
      const [main] = (await exporter.report()).servers;
      return main?.databases.find(({ datname }) => datname === 'simfab_dev')?.identityMatch || undefined;
    };
    try {
      expect(await ensure()).toMatchObject({ code: 0, output: expect.stringContaining('was created') });
      await waitFor('it is known', 20_000, known);
      expect(await ensure()).toMatchObject({
        code: 0,
        output: expect.stringContaining('is the one that is known'),
      });
      await server.query('DROP DATABASE simfab_dev');
      expect(await ensure()).toMatchObject({ code: 21 });
    } finally {
      await exporter.stop();
    }
    const deaf = await ensure('0s');
    expect(deaf).toMatchObject({ code: 30, output: expect.stringContaining('no answer (ECONNREFUSED)') });
    expect(await exists('simfab_dev')).toBe(false);
  });

  test('wrong usage is 3, a wrong URL 2, and no password is printed', async () => {
    const url = ['--url', 'postgres://u@127.0.0.1:1/app'];
    const record = ['--record', '/x/y'];
    const said = (text: string) => ({ code: 3, output: expect.stringContaining(text) });
    expect(await pgvigil(['ensure', ...url])).toMatchObject(said('--record'));
    expect(await pgvigil(['ensure', '--url', 'postgres://u@127.0.0.1:1', ...record])).toMatchObject(
      said('is in every server'),
    );
    expect(await pgvigil(['ensure', ...url, ...record, '--wait', 'soon'])).toMatchObject(said('--wait'));
    expect(await pgvigil(['ensure', ...url, ...record, '--accept', ' '])).toMatchObject(said('--accept'));
    expect(await pgvigil(['setup', ...url, ...record])).toMatchObject(said('command'));
    const wrong = await pgvigil(['db:create', ...record], {
      DATABASE_URL: 'postgres://u:C4n4ry@h/d?sslmode=x',
    });
    expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining('DATABASE_URL') });
    expect(wrong.output).not.toContain('C4n4ry');
  });
});
