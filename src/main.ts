#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import closeWithGrace, { type Options } from 'close-with-grace';
import type { Io } from './cli/io.ts';
import { outletOf } from './cli/outlet.ts';
import { runCommand } from './cli/program.ts';
import { screenOf } from './cli/screen.ts';

/** A watcher that is told to stop is gone within this time, whatever hangs. */
const CLOSE_DEADLINE_MS = 1800;
/** Node gives each address of a name 250 ms only, which a slow link exceeds (nodejs/node#54359). */
const ADDRESS_ATTEMPT_MS = 2000;

setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_ATTEMPT_MS);

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const script = fileURLToPath(import.meta.url);

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;
/**
 * What close-with-grace leaves alone. To go on after a crash of the machine code, as a handler for it does, is
 * to hang (Node.js docs, "Signal events"): the rest has its default, which ends us.
 */
const NOT_ITS_OWN = [
  ...END_SIGNALS,
  'SIGHUP',
  'SIGUSR2',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'beforeExit',
] as const;

const closers: (() => Promise<void>)[] = [];
/** What a hang-up means: a reload for a server; the end, like every other signal, for everything else. */
let hangUp: () => void = () => process.kill(process.pid, 'SIGTERM');

const err = outletOf(process.stderr);
const say = outletOf(process.stdout);
// Who reads us may go away first: `pgvigil status | head -3`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Last opened, first closed; the first registration makes this process the one owner of its signals. */
function onClose(close: () => Promise<void>): void {
  closers.unshift(close);
  if (closers.length > 1) return;
  process.on('SIGHUP', () => hangUp());
  // Else Node.js opens a debugger, in which every user of the machine may run code that reads our passwords.
  process.on('SIGUSR1', () => {});
  let isEnding = false;
  let failed = false;
  const onTimeout = (): never => process.exit(failed ? 1 : 0);
  const settings: Options = { delay: CLOSE_DEADLINE_MS, skip: [...NOT_ITS_OWN], logger: false, onTimeout };
  const { close: end } = closeWithGrace(settings, async ({ err: error }) => {
    isEnding = true;
    failed = error !== undefined;
    if (error) err(`pgvigil: a bug, please report it: ${error.stack ?? error.message}\n`);
    await closeAll();
  });
  // A second one changes nothing, for the end is near: `npm start` passes each Ctrl-C on, which we had already.
  for (const signal of END_SIGNALS)
    process.on(signal, () => {
      if (!isEnding) end();
    });
}

/** What is said to the first process of a container. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
let take: ((signal: NodeJS.Signals) => void) | undefined;

function onSignal(next: (signal: NodeJS.Signals) => void): void {
  const first = take === undefined;
  take = next;
  if (first) for (const signal of SIGNALS) process.on(signal, () => take?.(signal));
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return await new Promise((resolve) => {
    // Ctrl-C and Ctrl-D.
    lines.once('close', () => resolve('n'));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

async function closeAll(): Promise<void> {
  for (const closer of closers) await closer();
}

const io: Io = {
  env: process.env,
  workingDirectory: process.cwd(),
  self: process.argv[1]?.endsWith('.js') ? `node ${relative(process.cwd(), script)}` : 'pgvigil',
  program: [process.execPath, script],
  version,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  isTerminal: process.stderr.isTTY === true,
  screen: () => screenOf(process.stdout, process.env),
  isRoot: process.getuid?.() === 0,
  ask: process.stdin.isTTY === true ? ask : undefined,
  out: (text) => void process.stdout.write(text),
  say,
  err,
  onClose,
  onHangup: (reload) => {
    hangUp = reload;
  },
  onSignal,
  fatal: (error) => {
    // Outside of every promise, so that the one owner of signals and errors sees it.
    setImmediate(() => {
      throw error;
    });
  },
};

const exitCode = await runCommand(process.argv.slice(2), io);
if (exitCode !== undefined) {
  // A command that failed half-way has opened things too.
  setTimeout(() => process.exit(exitCode), CLOSE_DEADLINE_MS).unref();
  await closeAll();
  process.exit(exitCode);
}
