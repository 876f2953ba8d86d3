import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { DisposableError } from '../../src/disposable/error.ts';
import { createDisposable, type Disposable, type DisposableOptions } from '../../src/disposable/parent.ts';
import { realClock } from '../kit/clock.ts';
import { listLog } from '../kit/list-log.ts';
import { waitFor } from '../kit/wait.ts';

const modulePath = join(import.meta.dirname, '../kit/hang-child.mjs');
const started: Disposable[] = [];
const directory = mkdtempSync(join(tmpdir(), 'pgvigil-disposable-'));

afterEach(() => {
  for (const disposable of started.splice(0)) disposable.stop();
  rmSync(directory, { recursive: true, force: true });
});

function create(changes: Partial<DisposableOptions> = {}): Disposable {
  const disposable = createDisposable({
    modulePath,
    maxAbandoned: 3,
    clock: realClock,
    log: listLog(),
    ...changes,
  });
  started.push(disposable);
  return disposable;
}

async function failureOf(promise: Promise<unknown>): Promise<DisposableError> {
  const error = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DisposableError);
  return error as DisposableError;
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const ends = (pid: number) => waitFor('the end of the child', 5_000, () => !isAlive(pid) || undefined);

describe('work in a disposable process', () => {
  test('values go there and back, bytes and unknowns too', async () => {
    const value = { text: 'ünïcödé', bytes: new Uint8Array([0, 255]), missing: undefined, __proto__x: 1n };
    expect(await create().call('echo', value, 5_000)).toEqual(value);
  });

  test('one child does one thing after the other', async () => {
    const disposable = create();
    const pids = await Promise.all([1, 2, 3].map(() => disposable.call<number>('pid', {}, 5_000)));
    expect(new Set(pids).size).toBe(1);
    expect(isAlive(pids[0] ?? 0)).toBe(true);
  });

  test('an operation that says no gives its code, and the child lives on', async () => {
    const disposable = create();
    const pid = await disposable.call<number>('pid', {}, 5_000);
    expect(await failureOf(disposable.call('fail', {}, 5_000))).toMatchObject({
      reason: 'failed',
      code: 'ENOENT',
      message: 'no such thing',
    });
    expect(await disposable.call('pid', {}, 5_000)).toBe(pid);
  });

  test.each(['never', 'spin'])(
    'a child that hangs (%s) is killed and replaced, and its end is told',
    async (op) => {
      const disposable = create();
      const pid = await disposable.call<number>('pid', {}, 5_000);
      const error = await failureOf(disposable.call(op, {}, 100));
      expect(error.reason).toBe('deadline');
      await error.released;
      expect(isAlive(pid)).toBe(false);
      expect(disposable.abandoned()).toBe(0);
      expect(await disposable.call('pid', {}, 5_000)).not.toBe(pid);
    },
  );

  test('the deadline counts from the moment the child begins, not from the place in the queue', async () => {
    const disposable = create();
    const hung = failureOf(disposable.call('never', {}, 600));
    expect(await disposable.call('echo', { a: 1 }, 500)).toEqual({ a: 1 });
    expect((await hung).reason).toBe('deadline');
  });

  test('a child that dies in the middle of a call fails that call only', async () => {
    const disposable = create();
    const crashed = failureOf(disposable.call('crash', {}, 5_000));
    const next = disposable.call('echo', { a: 1 }, 5_000);
    expect(await crashed).toMatchObject({
      reason: 'failed',
      message: 'the helper process ended with code 7',
    });
    expect(await next).toEqual({ a: 1 });
  });

  test('a child that was killed between two calls is replaced', async () => {
    const disposable = create();
    const pid = await disposable.call<number>('pid', {}, 5_000);
    process.kill(pid, 'SIGKILL');
    await ends(pid);
    await sleep(50);
    expect(await disposable.call('pid', {}, 5_000)).not.toBe(pid);
  });

  test('a child that leaves after its answer is replaced', async () => {
    const disposable = create();
    const pid = await disposable.call<number>('leave', {}, 5_000);
    const [next] = await Promise.all([disposable.call<number>('pid', {}, 5_000), ends(pid)]);
    expect(next).not.toBe(pid);
  });

  test('an idle child is let go, and started again when needed', async () => {
    const disposable = create({ idleExitMs: 100 });
    const pid = await disposable.call<number>('pid', {}, 5_000);
    expect(isAlive(pid)).toBe(true);
    await ends(pid);
    expect(await disposable.call('pid', {}, 5_000)).not.toBe(pid);
    expect(disposable.abandoned()).toBe(0);
  });

  test('a module that does not exist is a failure, not a hang', async () => {
    const disposable = create({ modulePath: '/no/such/child.js' });
    expect((await failureOf(disposable.call('echo', {}, 5_000))).reason).toBe('failed');
  });

  test('a child that never becomes ready is given up, and that is no stuck operation', async () => {
    const disposable = create({
      modulePath: join(import.meta.dirname, '../kit/mute-child.mjs'),
      startMs: 300,
    });
    expect(await failureOf(disposable.call('echo', {}, 5_000))).toMatchObject({
      reason: 'failed',
      message: 'the helper process did not start within 300 ms',
    });
  });

  test('without room for a further helper calls fail at once', async () => {
    const disposable = create({ maxAbandoned: 0 });
    expect((await failureOf(disposable.call('echo', {}, 5_000))).reason).toBe('exhausted');
  });

  test('stop fails what waits and ends the child', async () => {
    const disposable = create();
    const pid = await disposable.call<number>('pid', {}, 5_000);
    const calls = [disposable.call('never', {}, 60_000), disposable.call('echo', {}, 60_000)].map(failureOf);
    disposable.stop();
    for (const error of await Promise.all(calls))
      expect(error.message).toBe('the helper process was stopped');
    await ends(pid);
    expect((await failureOf(disposable.call('echo', {}, 100))).message).toBe(
      'the helper process was stopped',
    );
  });

  test('the child gets nothing of our environment, our flags or our directory', async () => {
    process.env['PGVIGIL_CANARY'] = 'C4n4ry';
    const seen = await create().call<object>('environment', {}, 5_000);
    delete process.env['PGVIGIL_CANARY'];
    expect(JSON.stringify(seen)).not.toContain('C4n4ry');
    expect(seen).toMatchObject({ cwd: '/', flags: expect.arrayContaining(['--max-old-space-size=32']) });
  });
});
