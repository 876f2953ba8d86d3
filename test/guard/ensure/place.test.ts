import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { misplacement } from '../../../src/guard/ensure/place.ts';

const line = (id: number, mountpoint: string, fstype: string): string =>
  `${id} ${mountpoint === '/' ? 1 : 10} 0:${id} / ${mountpoint} rw - ${fstype} source rw`;
const container = [line(10, '/', 'overlay'), line(11, '/record', 'ext4')].join('\n');
const host = [line(10, '/', 'ext4'), line(11, '/data', 'xfs')].join('\n');

const rootOf = (subtree: string, fstype: string, device: string): string =>
  `10 1 0:10 ${subtree} / rw - ${fstype} ${device} rw`;
const memory = (fstype: string): string => [line(10, '/', 'ext4'), line(11, '/record', fstype)].join('\n');

const judge = (directory: string, mountinfo: string, files: readonly string[] = [], there = true) =>
  misplacement(directory, {
    realpath: async (path) => {
      if (!there) throw new Error('ENOENT');
      return path;
    },
    readMountinfo: () => mountinfo,
    holds: async (at, name) => files.includes(join(at, name)),
  });

describe('a record', () => {
  test.each([
    ['on a mount of a container', '/record', container],
    ['below it', '/record/of/app', container],
    ['on a host', '/var/lib/pgvigil-guard', host],
    ['on a host on btrfs', '/srv/guard', rootOf('/@', 'btrfs', '/dev/sda1')],
    ['on a host on ZFS', '/srv/guard', rootOf('/', 'zfs', 'rpool/root')],
  ])('may be kept %s', async (_, directory, mountinfo) => {
    expect(await judge(directory, mountinfo, ['/data/pg/PG_VERSION'])).toBeUndefined();
  });

  test.each([
    ['in the layer of a container', '/var/lib/pgvigil', container, [], 'part of the container'],
    ['in memory', '/record', memory('tmpfs'), [], 'in memory (tmpfs)'],
    ['in memory below it', '/record/of/app', memory('ramfs'), [], 'in memory (ramfs)'],
    ...[
      rootOf('/@docker/1a2b', 'btrfs', '/dev/sda1'),
      rootOf('/', 'zfs', 'rpool/docker/1a2b'),
      rootOf('/var/lib/docker/vfs/dir/1a2b', 'ext4', '/dev/sda1'),
      rootOf('/rootfs', 'xfs', '/dev/mapper/docker-1a2b'),
    ].map((root) => ['in a container on another storage', '/x', root, ['/.dockerenv'], 'part of'] as const),
    ['in a container of podman', '/x', rootOf('/', 'zfs', 'pool'), ['/run/.containerenv'], 'part of'],
    ['in the data directory', '/data/pg', host, ['/data/pg/PG_VERSION'], 'the data directory /data/pg'],
    ['below it', '/data/pg/pgvigil', host, ['/data/pg/PG_VERSION'], 'the data directory /data/pg'],
  ] as const)('may not be kept %s', async (_, directory, mountinfo, files, why) => {
    expect(await judge(directory, mountinfo, files)).toContain(why);
  });

  test('may be kept on the disk of a virtual machine that was made of an image', async () => {
    const root = rootOf('/', 'ext4', '/dev/vda');
    expect(await judge('/srv/guard', root, ['/.dockerenv'])).toBeUndefined();
  });

  test('is not looked for where its directory is not there', async () => {
    expect(await judge('/record', container, [], false)).toContain('is not there');
  });
});
