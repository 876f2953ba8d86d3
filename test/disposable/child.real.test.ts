import { existsSync, readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { diskCalls } from '../../src/disposable/disk-calls.ts';
import { createDisposable, type Disposable } from '../../src/disposable/parent.ts';
import { built, ensureBuilt } from '../kit/build.ts';
import { realClock } from '../kit/clock.ts';
import { listLog } from '../kit/list-log.ts';
import { freePort } from '../kit/ports.ts';
import { start } from '../kit/process.ts';
import { waitFor } from '../kit/wait.ts';

const MAIN = join(import.meta.dirname, '../kit/disk-main.mjs');
const started: Disposable[] = [];
beforeAll(ensureBuilt);
afterEach(() => {
  for (const disposable of started.splice(0)) disposable.stop();
});

function create(): Disposable {
  const modulePath = built('disposable/child.js');
  const disposable = createDisposable({ modulePath, maxAbandoned: 3, clock: realClock, log: listLog() });
  started.push(disposable);
  return disposable;
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

const helperOf = (pid: number) =>
  childrenOf(pid).find((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('disposable/child.js'),
  );

/** Memory that is this process's own, and its fair share of what it shares, in MiB. */
function memoryOf(pid: number): { readonly ownMb: number; readonly shareMb: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024;
  return { ownMb: field('Private_Dirty'), shareMb: field('Pss') };
}

describe('the disposable child', () => {
  test('measures a filesystem as df does', async () => {
    const usage = await diskCalls(create()).statfs('/', 5_000);
    expect(usage.sizeBytes).toBeGreaterThan(usage.availBytes);
    expect(usage.files).toBeGreaterThanOrEqual(usage.filesFree);
    const df = await start({ command: 'df', args: ['--block-size=1', '--output=size', '/'] });
    await df.exited;
    expect(usage.sizeBytes).toBe(Number(/(\d+)\s*$/.exec(df.output())?.[1]));
  });

  test('a path that is not there has a reason', async () => {
    await expect(diskCalls(create()).statfs('/no/such/path', 5_000)).rejects.toMatchObject({
      reason: 'absent',
    });
  });

  test('a filesystem without a size is unknown, not full', async () => {
    await expect(diskCalls(create()).statfs('/proc', 5_000)).rejects.toMatchObject({
      reason: 'error',
      message: 'the filesystem of /proc does not tell its size',
    });
  });

  test('describes the machine, and gives back the memory that took', async () => {
    const disposable = create();
    const calls = diskCalls(disposable);
    const host = await calls.host(20_000);
    const bootedAt = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]) * 1000;
    expect(host).toMatchObject({ hostname: hostname(), kernel: release() });
    expect(host.os).toContain(/^NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]);
    expect(Math.abs(host.bootedAt - bootedAt)).toBeLessThanOrEqual(2_000);
    expect(host.bootedAt % 1000).toBe(0);
    // The next call has a child of its own, though only one is there.
    await calls.statfs('/', 5_000);
    expect(helperOf(process.pid)).toBeDefined();
    expect(disposable.abandoned()).toBe(0);
  });

  test('is small', async () => {
    const calls = diskCalls(create());
    for (let n = 0; n < 500; n += 1) await calls.statfs('/', 5_000);
    const { ownMb, shareMb } = memoryOf(helperOf(process.pid) ?? 0);
    expect(ownMb).toBeLessThan(12);
    expect(shareMb).toBeLessThan(40);
  });

  test('outlives the signals that are meant for its parent, and not its parent', async () => {
    const options = JSON.stringify({ include: ['/'], port: await freePort() });
    const parent = await start({ command: process.execPath, args: [MAIN, options] });
    const child = await waitFor('a helper', 10_000, () =>
      parent.output().includes('"seen"') ? helperOf(parent.pid) : undefined,
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(child, signal);
    await sleep(200);
    expect(helperOf(parent.pid)).toBe(child);
    parent.signal('SIGKILL');
    await parent.exited;
    await waitFor('the end of the helper', 3_000, () => !existsSync(`/proc/${child}`) || undefined);
  });

  test('an operation that it does not know is an error', async () => {
    await expect(create().call('constructor', {}, 5_000)).rejects.toMatchObject({ reason: 'failed' });
  });
});
