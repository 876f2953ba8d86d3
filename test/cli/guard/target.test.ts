import { expect, test } from 'vitest';
import { chooseTarget } from '../../../src/cli/guard/target.ts';
import { loadUrl } from '../../../src/config/load.ts';
import type { ServerConfig } from '../../../src/model/config.ts';
import { ownBackups } from '../../kit/backups.ts';

const server = (name: string, ...expect: string[]): ServerConfig => ({
  name,
  host: 'db',
  port: 5432,
  user: 'u',
  password: undefined,
  database: 'postgres',
  tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
  databases: { expect, learn: true, learnAfterMs: 1, ignore: [] },
  docker: { container: undefined, volume: undefined },
  identity: { systemIdentifier: undefined },
});
const one = { servers: [server('main', 'app')], backups: [] };
const two = { servers: [server('a', 'x'), server('b', 'y', 'z')], backups: [] };

test.each([
  [one, {}, 'main', 'app'],
  [one, { server: 'as the other pgvigil calls it' }, 'main', 'app'],
  [one, { database: 'other' }, 'main', 'other'],
  [two, { server: 'a' }, 'a', 'x'],
  [two, { server: 'b', database: 'z' }, 'b', 'z'],
])('the database is the one that is meant: %#', (config, options, name, datname) => {
  expect(chooseTarget(config, options)).toMatchObject({ server: { name }, datname });
});

test('backups are those of its server', () => {
  const backups = [ownBackups({ name: 'of a', server: 'a' }), ownBackups({ name: 'of b', server: 'b' })];
  expect(chooseTarget({ ...two, backups }, { server: 'a' }).backups).toEqual([backups[0]]);
});

test.each([
  [two, {}, '--server: a, b'],
  [{ servers: [], backups: [] }, {}, 'give --url'],
  [two, { server: 'b' }, '--database: y, z'],
  [{ servers: [server('main')], backups: [] }, {}, '"postgres" is in every server'],
  [one, { database: 'template1' }, 'in every server'],
  [one, { database: 'ü'.repeat(32) }, 'longer than 63 bytes'],
])('what is not clear is asked for: %#', (config, options, message) => {
  expect(() => chooseTarget(config, options)).toThrow(message);
});

test('a URL stands alone, whatever else the environment expects', () => {
  const env = { PGVIGIL_URL: 'postgres://x@y/z', PGVIGIL_EXPECT: 'another', PGPASSWORD: 'p' };
  const loaded = loadUrl('postgres://u@db:5433/app', { env, workingDirectory: '/' });
  expect(loaded).toMatchObject({
    ok: true,
    config: { servers: [{ port: 5433, databases: { expect: ['app'] } }] },
  });
});
