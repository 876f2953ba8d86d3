import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureBuilt } from '../../kit/build.ts';
import { type Namespace, startNamespace } from '../../kit/namespace.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePort } from '../../kit/ports.ts';
import type { Running } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';

const MAIN = join(import.meta.dirname, '../../kit/disk-main.mjs');
const DEADLINE_MS = 1_000;

interface Line {
  readonly atMs: number;
  readonly abandoned: number;
  readonly filesystems: Readonly<
    Record<
      string,
      { readonly state: string; readonly readonly: boolean; readonly facts?: Record<string, number> }
    >
  >;
}

let directory: string;
let space: Namespace;
beforeAll(ensureBuilt);
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pgvigil-disk-'));
  space = await startNamespace();
});
afterEach(async () => {
  await space.stop();
  rmSync(directory, { recursive: true, force: true });
});

const at = (name: string) => join(directory, name);

async function tmpfs(name: string, options: string): Promise<string> {
  await space.run('mkdir', '-p', at(name));
  await space.run('mount', '-t', 'tmpfs', '-o', options, 'made-up', at(name));
  return at(name);
}

/** Starts the observer's program inside the namespace. */
async function watch(include: readonly string[], port: number) {
  const options = JSON.stringify({ include, port, deadlineMs: DEADLINE_MS });
  const running: Running = await space.start(process.execPath, MAIN, options);
  const lines = () =>
    running
      .output()
      .split('\n')
      .flatMap((line) => (line.startsWith('{"atMs"') ? (JSON.parse(line) as Line) : []));
  const pid = await waitFor('the program', 10_000, () => /\{"pid":(\d+)\}/.exec(running.output())?.[1]);
  const now = (mountpoint: string) => lines().at(-1)?.filesystems[mountpoint];
  const becomes = (mountpoint: string, state: string, ms = 8_000) =>
    waitFor(
      `${mountpoint} ${state}`,
      ms,
      () => (now(mountpoint)?.state === state ? now(mountpoint) : undefined),
      20,
    );
  return { running, lines, pid, now, becomes };
}

/** Time until a port can be listened on, which a process in its way would not let us. */
async function portFreeWithin(port: number, ms: number): Promise<void> {
  await waitFor(`port ${port} free`, ms, async () => {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
    await new Promise((resolve) => server.close(resolve));
    return true;
  });
}

describeWith(['mounts'], 'filesystems that fail', () => {
  test('a hung filesystem is stuck in time, the others are measured, and the process can be ended', async () => {
    await space.fuse(at('hung'), 'hang');
    await tmpfs('good', 'size=1m');
    const port = await freePort();
    const { becomes, lines, pid, running, now } = await watch(['/', at('hung'), at('good')], port);
    const startedAt = performance.now();
    await becomes(at('hung'), 'stuck');
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 1_000);
    await becomes(at('good'), 'seen');
    await becomes('/', 'seen');

    // The helper can be killed by nobody, and is the only one: the mount is not touched again.
    await sleep(1_500);
    expect(lines().at(-1)?.abandoned).toBe(1);
    expect(now(at('hung'))).toMatchObject({ state: 'stuck' });
    expect(now(at('hung'))?.facts).toBeUndefined();
    expect(await space.run('ps', '-eo', 'stat,args')).toMatch(/^D.*child\.js/m);

    const killedAt = performance.now();
    await space.run('kill', '-TERM', pid);
    expect(await running.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - killedAt).toBeLessThan(2_000);
    await portFreeWithin(port, 500);
    expect(await space.run('ps', '-eo', 'stat,args')).toMatch(/^D.*child\.js/m);

    // A new process on the same port starts at once, and still tells.
    const next = await watch(['/', at('hung'), at('good')], port);
    await next.becomes(at('hung'), 'stuck');
    await next.becomes(at('good'), 'seen');
    await space.run('kill', '-KILL', next.pid);
    await next.running.exited;
    await portFreeWithin(port, 500);
  });

  test('a hung filesystem that comes back is measured at once, and nothing is left behind', async () => {
    const server = await space.fuse(at('hung'), 'hang');
    const { becomes, lines } = await watch(['/', at('hung')], await freePort());
    await becomes(at('hung'), 'stuck');
    await sleep(1_200);
    await space.run('kill', '-KILL', String(server));
    await becomes(at('hung'), 'enotconn', 2_000);
    await waitFor('no helper left', 3_000, () => lines().at(-1)?.abandoned === 0 || undefined);
    await space.run('umount', at('hung'));
    await becomes(at('hung'), 'absent', 2_000);
    await space.fuse(at('hung'), 'ok');
    const healthy = await becomes(at('hung'), 'seen', 2_000);
    expect(healthy.facts).toEqual({ sizeBytes: 4_096_000, availBytes: 1_638_400, files: 100, filesFree: 50 });
    const helpers = (await space.run('ps', '-eo', 'args')).match(/child\.js/g);
    expect(helpers).toHaveLength(1);
  });

  test('a hang that SIGKILL ends leaves no process, and is tried again until it answers', async () => {
    const server = await space.fuse(at('hung'), 'ok');
    await space.run('kill', '-STOP', String(server));
    const { becomes, lines } = await watch(['/', at('hung')], await freePort());
    await becomes(at('hung'), 'stuck');
    await waitFor('the helper reaped', 3_000, () => lines().at(-1)?.abandoned !== undefined || undefined);
    await sleep(500);
    expect(await space.run('ps', '-eo', 'stat,args')).not.toMatch(/^[DZ].*(child\.js|defunct)/m);
    await space.run('kill', '-CONT', String(server));
    await becomes(at('hung'), 'seen', 10_000);
  });

  test('three filesystems that hang use up the helpers, which is told, and is over when they come back', async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => space.fuse(at(name), 'hang')));
    const good = await tmpfs('good', 'size=1m');
    const { becomes, lines, now } = await watch([good, at('a'), at('b'), at('c')], await freePort());
    for (const name of ['a', 'b', 'c']) await becomes(at(name), 'stuck', 10_000);
    await becomes(good, 'exhausted');
    expect(now(good)?.facts).toBeUndefined();
    expect(Math.max(...lines().map((line) => line.abandoned))).toBe(3);
    await space.run('kill', '-KILL', ...servers.map(String));
    await becomes(good, 'seen');
  });

  test('an I/O error, a full disk, no inodes left, a remount read-only', async () => {
    await space.fuse(at('broken'), 'eio');
    const full = await tmpfs('full', 'size=1m');
    const small = await tmpfs('small', 'size=1m,nr_inodes=4');
    const data = await tmpfs('da ta', 'size=1m');
    // Named by a link only: it is found where the link leads.
    await space.run('ln', '-s', data, at('link'));
    const { becomes, now } = await watch([at('broken'), full, small, at('link')], await freePort());
    await becomes(at('broken'), 'eio');
    expect(now(at('broken'))?.facts).toBeUndefined();

    expect((await becomes(full, 'seen')).facts).toMatchObject({
      sizeBytes: 1_048_576,
      availBytes: 1_048_576,
    });
    await space.run('bash', '-c', `cat /dev/zero > ${full}/x || true`);
    await waitFor('full', 3_000, () => now(full)?.facts?.['availBytes'] === 0 || undefined);

    await becomes(small, 'seen');
    await space.run('bash', '-c', `touch ${small}/{1,2,3,4} || true`);
    await waitFor('no inodes', 3_000, () => now(small)?.facts?.['filesFree'] === 0 || undefined);
    expect(now(small)?.facts?.['availBytes']).toBeGreaterThan(0);

    expect((await becomes(data, 'seen')).readonly).toBe(false);
    await space.run('mount', '-o', 'remount,ro', data);
    await waitFor('read-only', 3_000, () => now(data)?.readonly || undefined);
    expect(now(data)?.state).toBe('seen');
  });

  describeWith(['loop'], 'a disk in a file', () => {
    test('that found itself damaged is read-only, though its mount says read-write', async () => {
      await space.run('mkdir', at('disk'));
      await space.run('truncate', '-s', '16m', at('image'));
      await space.run('mkfs.ext4', '-q', at('image'));
      await space.run('mount', '-o', 'loop,errors=remount-ro', at('image'), at('disk'));
      const { becomes, now } = await watch([at('disk')], await freePort());
      expect(await becomes(at('disk'), 'seen')).toMatchObject({ readonly: false });
      const device = (await space.run('findmnt', '-no', 'SOURCE', at('disk'))).trim().replace('/dev/', '');
      await space.run('bash', '-c', `echo broken > /sys/fs/ext4/${device}/trigger_fs_error`);
      await waitFor('read-only', 3_000, () => now(at('disk'))?.readonly || undefined);
      expect(now(at('disk'))?.state).toBe('seen');
      await space.run('umount', at('disk'));
    });
  });
});
