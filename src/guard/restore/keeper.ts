/**
 * Keeps one throw-away PostgreSQL: makes it in a directory of its own, and ends it and removes the directory when its
 * standard input ends. That is when whoever started it says so, or is dead, however it died.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { KeeperOrder, KeeperWord } from './keeper-words.ts';

const STOP_MS = 5_000;
const LOOK_MS = 50;

let server: ChildProcess | undefined;
let directory: string | undefined;
let ending = false;

const say = (word: KeeperWord): void => void process.stdout.write(`${JSON.stringify(word)}\n`);

// Who reads us may be dead; then our input ends too.
process.stdout.on('error', () => {});
// The end comes by our input alone: a signal to all processes would leave the directory behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  keep(JSON.parse(line) as KeeperOrder).catch((error: unknown) => {
    say({ failed: error instanceof Error ? error.message : String(error) });
  });
});
lines.once('close', () => void end());

async function keep(order: KeeperOrder): Promise<void> {
  const { identity } = order;
  directory = order.directory;
  const data = join(directory, 'data');
  const socket = join(directory, 'socket');
  for (const path of [directory, data, socket]) {
    mkdirSync(path, { mode: 0o700 });
    if (identity) chownSync(path, identity.uid, identity.gid);
  }
  chmodSync(directory, 0o700);
  const spawning = { env: order.env, cwd: directory, ...identity } as const;
  const initdb = spawn(order.initdb[0] ?? '', [...order.initdb.slice(1), '-D', data], {
    ...spawning,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server = initdb;
  await exited(initdb, 'initdb');
  if (ending) return;
  const postgres = spawn(
    order.postgres[0] ?? '',
    [...order.postgres.slice(1), '-D', data, '-c', `unix_socket_directories=${socket}`],
    { ...spawning, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  server = postgres;
  let isOver = false;
  const over = exited(postgres, 'postgres').finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver && !isReady(data)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  if (isOver) {
    await over;
    throw new Error('postgres ended at once');
  }
  say({ ready: socket });
}

/** Rejects with the last line of what it said when it does not end well. */
function exited(child: ChildProcess, name: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${name} cannot be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}: ${last}`));
    });
  });
}

/** Line 8 of postmaster.pid (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
function isReady(data: string): boolean {
  const path = join(data, 'postmaster.pid');
  return existsSync(path) && readFileSync(path, 'utf8').split('\n')[7]?.trim() === 'ready';
}

async function end(): Promise<void> {
  ending = true;
  const child = server;
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // An immediate shutdown: nothing in it is of worth.
    child.kill('SIGQUIT');
    const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(impatient);
  }
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}
