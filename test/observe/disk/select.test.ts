import { describe, expect, test } from 'vitest';
import { mountTree } from '../../../src/observe/disk/cover.ts';
import type { Mount } from '../../../src/observe/disk/mountinfo.ts';
import { type SelectionRules, selectFilesystems } from '../../../src/observe/disk/select.ts';

let ids = 1;
const at = (mountpoint: string, fstype = 'ext4', device = '/dev/sda1'): Mount => {
  ids += 1;
  return { id: ids, parentId: 1, deviceId: `8:${ids}`, mountpoint, device, fstype, readonly: false };
};
const root: Mount = { ...at('/'), id: 1, parentId: 0 };
const machine = mountTree([
  root,
  at('/data'),
  at('/database'),
  at('/backup', 'nfs4', 'nas:/backup'),
  at('/remote', 'fuse.sshfs', 'me@host:/'),
  at('/usb', 'fuseblk', '/dev/sdb1'),
  at('/pool', 'zfs', 'pool/set'),
  at('/net', 'autofs', 'systemd-1'),
  at('/run', 'tmpfs', 'tmpfs'),
  at('/proc', 'proc', 'proc'),
  { ...at('/docker', 'overlay', 'overlay'), deviceId: '254:0' },
  { ...at('/state', 'overlay', 'overlay'), deviceId: '254:0' },
]);

function select(rules: Partial<SelectionRules>) {
  return selectFilesystems(machine, {
    include: [],
    exclude: [],
    dataPaths: [],
    ownPaths: [],
    max: 100,
    target: (path) => path,
    ...rules,
  });
}
const watched = (rules: Partial<SelectionRules>) => select(rules).mounts.map((mount) => mount.mountpoint);

describe('which filesystems are watched', () => {
  test.each<[string, Partial<SelectionRules>, readonly string[]]>([
    [
      'the one that a link leads to',
      { dataPaths: ['/link/pg'], target: (path) => path.replace('/link', '/data') },
      ['/data'],
    ],
    ['none without a reason', {}, []],
    ['an included one', { include: ['/'] }, ['/']],
    ['the one that covers an included path', { include: ['/data/pg'] }, ['/data']],
    ['the one that holds data', { dataPaths: ['/data/pg/15'] }, ['/data']],
    ['each once', { include: ['/data'], dataPaths: ['/data/a', '/data/b'] }, ['/data']],
    ['a network filesystem that holds data', { dataPaths: ['/backup/pg'] }, ['/backup']],
    ['a FUSE filesystem that is named', { include: ['/remote'] }, ['/remote']],
    ['never an automounter', { include: ['/net/x'], dataPaths: ['/net/y'] }, []],
    [
      'every local disk, but no network, FUSE or kernel filesystem',
      { include: ['/**'] },
      ['/', '/data', '/database', '/pool'],
    ],
    ['local disks below a directory', { include: ['/data/**'] }, ['/data']],
    ['none that is excluded', { include: ['/**'], exclude: ['/data'] }, ['/', '/database', '/pool']],
    ['the one that holds our own state', { ownPaths: ['/data/state'] }, ['/data']],
    [
      'not a second mount of one that is watched, only for our own state',
      { dataPaths: ['/docker/volumes/x'], ownPaths: ['/state'] },
      ['/docker'],
    ],
    ['both when both hold data', { dataPaths: ['/docker/x', '/state/y'] }, ['/docker', '/state']],
    ['none below one that is excluded, even with data', { dataPaths: ['/data/x'], exclude: ['/'] }, []],
  ])('%s', (_, rules, mountpoints) => {
    expect(watched(rules)).toEqual(mountpoints);
  });

  test('the limit drops what was swept up, counts it, and never drops data or what is named', () => {
    const rules = { include: ['/**', '/remote'], dataPaths: ['/data/x'] };
    expect(select({ ...rules, max: 3 }).mounts.map((mount) => mount.mountpoint)).toEqual([
      '/data',
      '/remote',
      '/',
    ]);
    expect(select({ ...rules, max: 3 }).dropped).toBe(2);
    expect(watched({ ...rules, max: 0 })).toEqual(['/data', '/remote']);
    expect(select({ ...rules, max: 100 }).dropped).toBe(0);
  });

  test('says which mount each path lies on, excluded or not', () => {
    const { mountOf } = select({
      include: ['/remote/x'],
      dataPaths: ['/data/pg', 'nonsense', '/net/x'],
      exclude: ['/data'],
    });
    expect([...mountOf].map(([path, mount]) => [path, mount.mountpoint])).toEqual([
      ['/data/pg', '/data'],
      ['/remote/x', '/remote'],
    ]);
  });
});
