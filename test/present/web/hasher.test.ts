import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BusyError, createHasher, type Hasher } from '../../../src/present/web/access/hasher.ts';
import { built, ensureBuilt } from '../../kit/build.ts';

const HASH = hashSync('sesame', 4);
const directory = mkdtempSync(join(tmpdir(), 'pgvigil-hasher-'));
let hasher: Hasher | undefined;

beforeAll(ensureBuilt, 180_000);
afterEach(() => hasher?.stop());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const real = (): Hasher => {
  hasher = createHasher({ modulePath: built('present/web/access/hash-worker.js'), idleMs: 50 });
  return hasher;
};
/** With a thread that does as `code` says. */
function withThread(code: string, deadlineMs = 10_000): Hasher {
  const modulePath = join(directory, 'thread.mjs');
  writeFileSync(modulePath, `import { parentPort } from 'node:worker_threads';\n${code}`);
  hasher = createHasher({ modulePath, deadlineMs });
  return hasher;
}

test('tells whether a password belongs to a hash, in every dress of bcrypt', {
  timeout: 20_000,
}, async () => {
  const { compare } = real();
  for (const dress of ['$2a$', '$2b$', '$2y$']) {
    expect(await compare('sesame', HASH.replace('$2b$', dress), 'a')).toBe(true);
    expect(await compare('Sesame', HASH.replace('$2b$', dress), 'a')).toBe(false);
  }
  // The thread has ended meanwhile; another one is started.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await compare('sesame', HASH, 'a')).toBe(true);
});

test('turns away who asks too much at once, and not the others', async () => {
  const { compare } = withThread(
    "parentPort.on('message', () => setTimeout(() => parentPort.postMessage(true), 30));",
  );
  const of = (client: string) =>
    Array.from({ length: 6 }, () => compare('x', HASH, client).catch((error) => error));
  const [greedy, modest] = await Promise.all([Promise.all(of('a')), compare('x', HASH, 'b')]);
  // One under way and two that wait.
  expect(greedy.filter((answer) => answer === true)).toHaveLength(3);
  expect(greedy.filter((answer) => answer instanceof BusyError)).toHaveLength(3);
  expect(modest).toBe(true);
  const many = Array.from({ length: 40 }, (_, index) =>
    compare('x', HASH, `client ${index}`).catch(() => undefined),
  );
  expect((await Promise.all(many)).filter((answer) => answer === true)).toHaveLength(17);
});

test('gives up a thread that is silent, or dies, and starts another', async () => {
  const silent = withThread(
    "parentPort.on('message', ({ password }) => { if (password !== 'hang') parentPort.postMessage(true); });",
    2000,
  );
  await expect(silent.compare('hang', HASH, 'a')).rejects.toThrow(BusyError);
  expect(await silent.compare('x', HASH, 'a')).toBe(true);
  const dying = withThread(
    "parentPort.on('message', ({ password }) => { if (password === 'die') throw new Error('dead'); parentPort.postMessage(true); });",
  );
  await expect(dying.compare('die', HASH, 'a')).rejects.toThrow(BusyError);
  expect(await dying.compare('x', HASH, 'a')).toBe(true);
});

test('answers nobody after it was stopped', async () => {
  const slow = withThread("parentPort.on('message', () => {});");
  const asked = [slow.compare('x', HASH, 'a'), slow.compare('y', HASH, 'a')];
  const settled = Promise.allSettled(asked);
  slow.stop();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
