import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../kit/build.ts';
import { type Running, start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const MAIN = join(import.meta.dirname, '../kit/watchdog-main.mjs');

let running: Running | undefined;
beforeAll(ensureBuilt);
afterEach(async () => {
  running?.signal('SIGKILL');
  await running?.exited;
});

async function run(mode: 'well' | 'stalled' | 'idle'): Promise<Running> {
  running = await start({ command: process.execPath, args: [MAIN, mode] });
  const { output } = running;
  await waitFor('ready', 10_000, () => output().includes('ready') || undefined);
  return running;
}

test('an event loop that stands still is ended, and says so', async () => {
  const { exited, output } = await run('stalled');
  expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(output()).toContain('the event loop has stood still for');
});

test('a process whose work does not go on is ended, though its event loop runs', async () => {
  running = await start({ command: process.execPath, args: [MAIN, 'idle'] });
  expect(await running.exited).toEqual({ code: 1, signal: null });
  expect(running.output()).toContain('fatal: no report was made');
});

test('a process that works is left alone, and ends when it is told to', async () => {
  const { exited, isRunning, signal, output } = await run('well');
  await sleep(2_000);
  expect(isRunning()).toBe(true);
  signal('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(output()).toContain('stopped');
});

test('a process that was stopped for a while is left alone', async () => {
  const { isRunning, signal } = await run('well');
  signal('SIGSTOP');
  await sleep(2_000);
  signal('SIGCONT');
  await sleep(1_000);
  expect(isRunning()).toBe(true);
});
