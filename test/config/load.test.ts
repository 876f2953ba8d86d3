import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/config/describe.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';

let workingDirectory: string;
beforeEach(() => {
  workingDirectory = mkdtempSync(join(tmpdir(), 'pgvigil-config-'));
});
afterEach(() => rmSync(workingDirectory, { recursive: true }));

const write = (file: string, text: string): void => writeFileSync(join(workingDirectory, file), text);
const serverCalled = (name: string): string => `servers: [{ name: ${name}, url: postgres://db }]\n`;

function load(env: Readonly<Record<string, string>> = {}, file?: string): Promise<LoadedConfig> {
  return loadConfig({ file, env, workingDirectory, systemFile: join(workingDirectory, 'system.yml') });
}

const found = (loaded: LoadedConfig): readonly unknown[] => [
  loaded.source,
  loaded.ok ? loaded.config.servers[0]?.name : loaded.problems.map(formatProblem),
];

describe('where the configuration comes from', () => {
  test('the first of --config, PGVIGIL_CONFIG, pgvigil.yml, the system file, the environment', async () => {
    const env = { PGVIGIL_CONFIG: 'named.yml', PGVIGIL_URL: 'postgres://db' };
    const { PGVIGIL_CONFIG: _, ...urlOnly } = env;
    write('option.yml', serverCalled('option'));
    write('named.yml', serverCalled('named'));
    write('pgvigil.yml', serverCalled('local'));
    write('system.yml', serverCalled('system'));
    expect(found(await load(env, 'option.yml'))).toEqual(['option.yml', 'option']);
    expect(found(await load(env))).toEqual(['named.yml', 'named']);
    expect(found(await load(urlOnly))).toEqual(['pgvigil.yml', 'local']);
    rmSync(join(workingDirectory, 'pgvigil.yml'));
    expect(found(await load(urlOnly))).toEqual([join(workingDirectory, 'system.yml'), 'system']);
    rmSync(join(workingDirectory, 'system.yml'));
    expect(found(await load(urlOnly))).toEqual(['environment', 'main']);
  });

  test('nothing anywhere: the problem says every way to give one', async () => {
    const loaded = await load();
    expect(loaded).toMatchObject({ ok: false, source: undefined });
    expect(String(found(loaded)[1])).toMatch(
      /pgvigil\.yml.*system\.yml.*--config.*PGVIGIL_CONFIG.*PGVIGIL_URL/,
    );
  });

  test('a file that was named and is not there is a problem, not a reason to look on', async () => {
    write('pgvigil.yml', serverCalled('local'));
    const message = 'gone.yml: cannot be read (ENOENT): there is no such file';
    expect(found(await load({}, 'gone.yml'))).toEqual(['gone.yml', [message]]);
    expect(found(await load({ PGVIGIL_CONFIG: 'gone.yml' }))).toEqual(['gone.yml', [message]]);
  });

  test('a pgvigil.yml that cannot be read is a problem, not a reason to look on', async () => {
    mkdirSync(join(workingDirectory, 'pgvigil.yml'));
    write('system.yml', serverCalled('system'));
    expect(found(await load())).toEqual([
      'pgvigil.yml',
      ['pgvigil.yml: cannot be read (EISDIR): check its owner and mode'],
    ]);
  });

  test('problems carry the name of the file as it was given, and the line', async () => {
    write('bad.yml', 'servers:\n  - name: a\n    ulr: postgres://db\n');
    const [source, problems] = found(await load({}, './bad.yml'));
    expect(source).toBe('./bad.yml');
    expect(problems).toContainEqual(expect.stringContaining('./bad.yml:3:5: servers[0].ulr: '));
  });
});

describe('files that the configuration names', () => {
  test('are found beside the file, wherever the process works', async () => {
    mkdirSync(join(workingDirectory, 'etc'));
    write('etc/password', 'from file\n');
    write('etc/c.yml', 'servers: [{ name: a, url: postgres://db, password_file: password }]\n');
    for (const file of ['etc/c.yml', join(workingDirectory, 'etc/c.yml')]) {
      const loaded = await load({}, file);
      expect(loaded.ok && loaded.config.servers[0]?.password?.reveal()).toBe('from file');
    }
  });

  test('a password file of PostgreSQL that everybody can read is refused, until its mode is right', async () => {
    write('pgpass', '*:*:*:*:secret\n');
    const env = { PGVIGIL_URL: 'postgres://db', PGPASSFILE: 'pgpass' };
    chmodSync(join(workingDirectory, 'pgpass'), 0o644);
    expect(found(await load(env))[1]).toEqual([
      'environment: PGVIGIL_URL: PGPASSFILE in the environment: the file named here can be read by everybody on this machine: chmod it to 0600',
    ]);
    chmodSync(join(workingDirectory, 'pgpass'), 0o600);
    const loaded = await load(env);
    expect(loaded.ok && loaded.config.servers[0]?.password?.reveal()).toBe('secret');
  });

  test.each([
    ['./gone', 'ENOENT'],
    ['.//', 'EISDIR'],
    ['./c.yml/x', 'ENOTDIR'],
  ])('%s is reported with %s', async (path, errno) => {
    write('c.yml', `servers: [{ name: a, url: postgres://db, password_file: ${path} }]\n`);
    expect(String(found(await load({}, 'c.yml'))[1])).toContain(`(${errno})`);
  });
});
