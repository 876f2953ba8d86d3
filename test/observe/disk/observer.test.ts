import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { FilesystemUsage } from '../../../src/model/disk.ts';
import { DiskCallError, type DiskCalls } from '../../../src/observe/disk/calls.ts';
import { createDiskObserver } from '../../../src/observe/disk/observer.ts';
import { realClock } from '../../kit/clock.ts';
import { listLog } from '../../kit/list-log.ts';
import { waitFor } from '../../kit/wait.ts';

const USAGE: FilesystemUsage = { sizeBytes: 1000, availBytes: 500, files: 10, filesFree: 5 };
const HOST = { bootedAt: 1_000_000, hostname: 'vps', os: 'Debian GNU/Linux 12', kernel: '6.1' };
const ROOT = '1 0 8:1 / / rw - ext4 /dev/sda1 rw';
const DATA = '2 1 8:2 / /data rw - ext4 /dev/sdb1 rw';
const SLOW = '3 1 8:3 / /slow rw - nfs4 nas:/slow rw';

/** Calls that a test answers: by default every filesystem is healthy. */
function answers() {
  const asked: string[] = [];
  const links = new Map<string, () => Promise<string>>();
  const behaviour = new Map<string, () => Promise<FilesystemUsage>>();
  let host: () => Promise<typeof HOST> = async () => HOST;
  const calls: DiskCalls = {
    statfs: (path) => {
      asked.push(path);
      return (behaviour.get(path) ?? (async () => USAGE))();
    },
    realpath: (path) => {
      asked.push(`realpath ${path}`);
      return (links.get(path) ?? (async () => path))();
    },
    host: () => host(),
  };
  return {
    calls,
    asked,
    behaviour,
    links,
    setHost: (next: typeof host) => {
      host = next;
    },
    timesAsked: (path: string) => asked.filter((one) => one === path).length,
  };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

function setUp(mounts: readonly string[], changes: { include?: string[]; dataPaths?: string[] } = {}) {
  const disk = answers();
  const world = { mounts, dataPaths: changes.dataPaths ?? [], changes: 0 };
  const log = listLog();
  const observer = createDiskObserver(
    {
      filesystems: { include: changes.include ?? ['/', '/data', '/slow'], exclude: [] },
      intervals: { filesystems: 20 },
      timeouts: { filesystem: 2_000 },
      ownPaths: [],
      maxFilesystems: 100,
    },
    {
      clock: realClock,
      log,
      changed: () => {
        world.changes += 1;
      },
      calls: disk.calls,
      dataPaths: () => world.dataPaths,
      readMountinfo: () => world.mounts.join('\n'),
    },
  );
  stops.push(() => observer.stop());
  observer.start();
  const of = (mountpoint: string) => observer.view().filesystems.find((one) => one.mountpoint === mountpoint);
  const stateOf = (mountpoint: string) => {
    const observation = of(mountpoint)?.usage?.observation;
    return observation === undefined ? undefined : observation.seen ? 'seen' : observation.reason;
  };
  const becomes = (mountpoint: string, state: string) =>
    waitFor(`${mountpoint} ${state}`, 3_000, () => stateOf(mountpoint) === state || undefined, 5);
  return { ...disk, world, observer, of, stateOf, becomes, log };
}

describe('the disk observer', () => {
  test('before the first look it knows nothing, and says nothing', () => {
    const { observer } = setUp([ROOT]);
    expect(observer.view()).toEqual({
      filesystems: [],
      mountpointOf: new Map(),
      dropped: 0,
      host: undefined,
    });
  });

  test('measures what is included and what holds data, and tells where paths lie', async () => {
    const { becomes, of, observer } = setUp([ROOT, DATA], { include: ['/'], dataPaths: ['/data/pg'] });
    await becomes('/data', 'seen');
    await becomes('/', 'seen');
    expect(of('/data')).toMatchObject({
      device: '/dev/sdb1',
      fstype: 'ext4',
      readonly: false,
      usage: { observation: { facts: USAGE } },
    });
    expect(observer.view().mountpointOf).toEqual(
      new Map([
        ['/data/pg', '/data'],
        ['/', '/'],
      ]),
    );
  });

  test.each(['eio', 'enotconn', 'denied', 'absent', 'error', 'exhausted'] as const)(
    '%s is told, with what was seen before, and so is its end',
    async (reason) => {
      const { becomes, behaviour, of } = setUp([ROOT, DATA]);
      await becomes('/data', 'seen');
      behaviour.set('/data', () => Promise.reject(new DiskCallError(reason, 'made up')));
      await becomes('/data', reason);
      expect(of('/data')?.usage).toMatchObject({
        observation: { detail: 'made up' },
        lastSeen: { facts: USAGE },
      });
      behaviour.delete('/data');
      await becomes('/data', 'seen');
    },
  );

  test('a stuck mount is never touched again until the kernel lets go, and the others are measured meanwhile', async () => {
    const { becomes, behaviour, timesAsked, of } = setUp([ROOT, DATA, SLOW]);
    await becomes('/slow', 'seen');
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    behaviour.set('/slow', () => Promise.reject(new DiskCallError('stuck', 'no answer', released)));
    await becomes('/slow', 'stuck');
    behaviour.delete('/slow');
    const [slow, data] = [timesAsked('/slow'), timesAsked('/data')];
    const before = of('/slow')?.usage?.observation.monotonicMs ?? 0;
    await sleep(1_200);
    expect(timesAsked('/slow')).toBe(slow);
    expect(timesAsked('/data')).toBeGreaterThan(data + 10);
    expect(of('/slow')?.usage?.observation).toMatchObject({ seen: false, reason: 'stuck' });
    expect(of('/slow')?.usage?.observation.monotonicMs).toBeGreaterThan(before + 500);
    release();
    await becomes('/slow', 'seen');
  });

  test('a mount that was let go only because its helper was killed is tried again ever more slowly', async () => {
    const { becomes, behaviour, timesAsked } = setUp([ROOT, SLOW]);
    behaviour.set('/slow', () => Promise.reject(new DiskCallError('stuck', 'no answer', Promise.resolve())));
    await becomes('/slow', 'stuck');
    await sleep(700);
    // 20, 40, 80, 160, 320 ms apart.
    expect(timesAsked('/slow')).toBeGreaterThanOrEqual(4);
    expect(timesAsked('/slow')).toBeLessThanOrEqual(7);
    behaviour.delete('/slow');
    await becomes('/slow', 'seen');
  });

  test('a stuck mount that is mounted anew is measured at once', async () => {
    const { becomes, behaviour, world } = setUp([ROOT, SLOW]);
    behaviour.set('/slow', () =>
      Promise.reject(new DiskCallError('stuck', 'no answer', new Promise(() => {}))),
    );
    await becomes('/slow', 'stuck');
    behaviour.delete('/slow');
    world.mounts = [ROOT, SLOW.replace('3 1', '4 1')];
    await becomes('/slow', 'seen');
  });

  test('a filesystem that is unmounted stays in the list as absent while a path wants it', async () => {
    const { becomes, world, observer, of } = setUp([ROOT, DATA], { include: ['/'], dataPaths: ['/data/pg'] });
    await becomes('/data', 'seen');
    world.mounts = [ROOT];
    await becomes('/data', 'absent');
    expect(of('/data')?.usage?.lastSeen?.facts).toEqual(USAGE);
    expect(observer.view().mountpointOf.get('/data/pg')).toBe('/');
    await sleep(60);
    expect(of('/data')?.usage?.lastSeen?.facts).toEqual(USAGE);
    world.mounts = [ROOT, DATA.replace('2 1', '9 1')];
    await becomes('/data', 'seen');
    world.mounts = [ROOT];
    await becomes('/data', 'absent');
    world.dataPaths = [];
    await waitFor('forgotten', 3_000, () => of('/data') === undefined || undefined, 5);
  });

  test('a data directory that is a link is measured where it leads', async () => {
    const { becomes, observer, links, stateOf } = setUp([ROOT, DATA], {
      include: ['/'],
      dataPaths: ['/var/pg'],
    });
    links.set('/var/pg', async () => '/data/pg');
    await becomes('/data', 'seen');
    expect(stateOf('/')).toBe('seen');
    expect(observer.view().mountpointOf).toEqual(
      new Map([
        ['/var/pg', '/data'],
        ['/', '/'],
      ]),
    );
  });

  test('a link that leads nowhere, or cannot be followed, changes nothing', async () => {
    const { becomes, observer, links, timesAsked } = setUp([ROOT, DATA], {
      include: ['/'],
      dataPaths: ['/data/pg'],
    });
    links.set('/data/pg', () => Promise.reject(new DiskCallError('absent', 'made up')));
    await becomes('/data', 'seen');
    await sleep(100);
    expect(observer.view().mountpointOf.get('/data/pg')).toBe('/data');
    expect(timesAsked('realpath /data/pg')).toBe(1);
  });

  test('no link is followed on a filesystem that does not answer', async () => {
    const { becomes, behaviour, timesAsked } = setUp([ROOT, SLOW], {
      include: ['/'],
      dataPaths: ['/slow/pg'],
    });
    behaviour.set('/slow', () =>
      Promise.reject(new DiskCallError('stuck', 'no answer', new Promise(() => {}))),
    );
    await becomes('/slow', 'stuck');
    await sleep(100);
    expect(timesAsked('realpath /slow/pg')).toBe(0);
  });

  test('a remount read-only is told without losing what is known', async () => {
    const { becomes, world, of, timesAsked } = setUp([ROOT, DATA]);
    await becomes('/data', 'seen');
    const changes = world.changes;
    world.mounts = [ROOT, DATA.replace(/rw$/, 'ro')];
    await waitFor('read-only', 3_000, () => of('/data')?.readonly || undefined, 5);
    expect(of('/data')?.usage?.observation.seen).toBe(true);
    expect(world.changes).toBe(changes + 1);
    expect(timesAsked('/data')).toBeGreaterThan(0);
  });

  test('the heartbeat is woken by what changes, not by free space that moves', async () => {
    const { becomes, behaviour, world, timesAsked } = setUp([ROOT]);
    await becomes('/', 'seen');
    await sleep(50);
    const quiet = world.changes;
    let availBytes = 400;
    behaviour.set('/', async () => {
      availBytes -= 1;
      return { ...USAGE, availBytes };
    });
    const asked = timesAsked('/');
    await waitFor('more looks', 3_000, () => timesAsked('/') > asked + 3 || undefined);
    expect(world.changes).toBe(quiet);
    behaviour.set('/', async () => ({ ...USAGE, availBytes: 0 }));
    await waitFor('full', 3_000, () => world.changes === quiet + 1 || undefined, 5);
  });

  test('mountinfo that cannot be read stops nothing', async () => {
    const { becomes, world, log } = setUp([ROOT, DATA]);
    await becomes('/data', 'seen');
    Object.defineProperty(world, 'mounts', {
      configurable: true,
      get: () => {
        throw new Error('no procfs');
      },
    });
    await waitFor(
      'a complaint',
      3_000,
      () => log.lines.some((line) => line.message.includes('mounts')) || undefined,
    );
    Object.defineProperty(world, 'mounts', { value: [ROOT] });
    await becomes('/data', 'absent');
  });

  test('the facts of the machine are there, and a failure to read them is told', async () => {
    const { observer, setHost } = setUp([ROOT]);
    await waitFor('host', 3_000, () => observer.view().host);
    expect(observer.view().host?.lastSeen?.facts).toEqual(HOST);
    const other = setUp([ROOT]);
    other.setHost(() => Promise.reject(new DiskCallError('stuck', 'no answer')));
    await waitFor('host', 3_000, () => other.observer.view().host);
    expect(other.observer.view().host?.observation).toMatchObject({ seen: false, reason: 'stuck' });
    setHost(async () => HOST);
  });

  test('after stop nothing is asked any more, and the view stays', async () => {
    const { observer, becomes, asked } = setUp([ROOT]);
    await becomes('/', 'seen');
    await observer.stop();
    const [view, times] = [observer.view(), asked.length];
    await sleep(100);
    expect(asked.length).toBeLessThanOrEqual(times + 1);
    expect(observer.view()).toBe(view);
  });
});
