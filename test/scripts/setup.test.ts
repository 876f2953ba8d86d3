import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasSomethingToWatch } from '../../scripts/choose.js';
import { isFresh } from '../../scripts/setup.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pgvigil-setup-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const NOWHERE = '/no-such-directory/pgvigil.yml';

describe('what npm start starts', () => {
  test.each([
    { name: 'nothing said', args: [], env: {}, serve: false },
    { name: 'an empty variable says nothing', args: [], env: { PGVIGIL_URL: '' }, serve: false },
    { name: 'a log level is nothing to watch', args: ['--log.level=debug'], env: {}, serve: false },
    { name: 'a url', args: [], env: { PGVIGIL_URL: 'postgres://x' }, serve: true },
    { name: 'a config in the environment', args: [], env: { PGVIGIL_CONFIG: 'a.yml' }, serve: true },
    { name: 'a config', args: ['--config', 'a.yml'], env: {}, serve: true },
    { name: 'a config with an equals sign', args: ['--config=a.yml'], env: {}, serve: true },
    { name: 'a call for help', args: ['--help'], env: {}, serve: true },
  ])('$name', ({ args, env, serve }) => {
    expect(hasSomethingToWatch(args, env, root, NOWHERE)).toBe(serve);
  });

  test('a pgvigil.yml in the directory, or the one of the system', async () => {
    const file = join(root, 'pgvigil.yml');
    await writeFile(file, '');
    expect(hasSomethingToWatch([], {}, root, NOWHERE)).toBe(true);
    expect(hasSomethingToWatch([], {}, '/no-such-directory', file)).toBe(true);
  });
});

describe('whether dist is fresh', () => {
  async function file(name: string, atSeconds: number): Promise<void> {
    const path = join(root, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '');
    await utimes(path, atSeconds, atSeconds);
  }
  const age = (name: string, atSeconds: number) => utimes(join(root, name), atSeconds, atSeconds);

  beforeEach(async () => {
    await file('src/model/a.ts', 100);
    await file('package.json', 100);
    await age('src/model', 100);
    await age('src', 100);
  });

  test('not without dist', async () => {
    expect(await isFresh(root)).toBe(false);
  });

  test('when it is younger than everything it is made of', async () => {
    await file('dist/main.js', 200);
    expect(await isFresh(root)).toBe(true);
  });

  test.each(['src/model/a.ts', 'package.json', 'src/model'])('not when %s changed since', async (name) => {
    await file('dist/main.js', 200);
    await age(name, 300);
    expect(await isFresh(root)).toBe(false);
  });
});
