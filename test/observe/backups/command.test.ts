import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/observe/backups/command.ts';
import { ListingError } from '../../../src/observe/backups/copy.ts';
import { waitFor } from '../../kit/wait.ts';

const sh = (script: string) => ['/bin/sh', '-c', script];
const LONG_MS = 30_000;

async function failure(running: Promise<string>): Promise<ListingError> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ListingError)) throw new Error(`no failure of a listing: ${String(error)}`);
  return error;
}

test('gives what the program wrote, which knows nothing of our environment', async () => {
  const output = await runCommand(sh('env; echo noise >&2'), {
    deadlineMs: LONG_MS,
    environment: { KEY: 'secret' },
  });
  const names = output
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.filter((name) => !/^(PWD|SHLVL|_|OLDPWD)$/.test(name ?? '')).sort()).toEqual([
    'KEY',
    'LC_ALL',
    'PATH',
  ]);
});

test('an argument is never read by a shell', async () => {
  expect(await runCommand(['/bin/echo', '$(id); *'], { deadlineMs: LONG_MS })).toBe('$(id); *\n');
});

test('what the program says last is why it failed, without the password of an address', async () => {
  const script = 'echo first >&2; echo "cannot open rest:https://user:hunter2@host/" >&2; exit 10';
  const { reason, message } = await failure(runCommand(sh(script), { deadlineMs: LONG_MS }));
  expect([reason, message]).toEqual(['failed', '/bin/sh: exit code 10: cannot open rest:https://…@host/']);
});

test('one that says why on its standard output is heard too', async () => {
  const { message } = await failure(runCommand(sh(`echo '{"_ERROR": 1}'; exit 1`), { deadlineMs: LONG_MS }));
  expect(message).toBe('/bin/sh: exit code 1: {"_ERROR": 1}');
});

test('a program that is not there is absent', async () => {
  expect((await failure(runCommand(['/no/such/program'], { deadlineMs: LONG_MS }))).reason).toBe('absent');
});

test('one that does not end is killed at its deadline, with what it started', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'command-'));
  try {
    const pidFile = join(directory, 'pid');
    const running = runCommand(sh(`sleep 600 & echo $! > ${pidFile}; wait`), { deadlineMs: 2_000 });
    expect((await failure(running)).reason).toBe('timeout');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await waitFor('the end of what it started', 10_000, () => !isRunning(pid) || undefined);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('one that writes without an end is ended', async () => {
  expect((await failure(runCommand(['/usr/bin/yes'], { deadlineMs: LONG_MS }))).reason).toBe('unreadable');
});

test('one that is not wanted any more is ended', async () => {
  const wanted = new AbortController();
  const running = failure(runCommand(['/bin/sleep', '600'], { deadlineMs: LONG_MS, signal: wanted.signal }));
  wanted.abort();
  expect((await running).reason).toBe('failed');
});

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody has reaped yet has ended too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
