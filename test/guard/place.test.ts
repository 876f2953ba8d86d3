import { describe, expect, test } from 'vitest';
import { misplacement } from '../../src/guard/place.ts';

const line = (id: number, mountpoint: string, fstype: string): string =>
  `${id} ${mountpoint === '/' ? 1 : 10} 0:${id} / ${mountpoint} rw - ${fstype} source rw`;
const container = [line(10, '/', 'overlay'), line(11, '/record', 'ext4')].join('\n');
const host = [line(10, '/', 'ext4'), line(11, '/data', 'xfs')].join('\n');

const judge = (directory: string, mountinfo: string, clusters: readonly string[] = [], there = true) =>
  misplacement(directory, {
    realpath: async (path) => {
      if (!there) throw new Error('ENOENT');
      return path;
    },
    readMountinfo: () => mountinfo,
    holds: async (at, name) => name === 'PG_VERSION' && clusters.includes(at),
  });

describe('a record', () => {
  test.each([
    ['on a mount of a container', '/record', container],
    ['below it', '/record/of/app', container],
    ['on a host', '/var/lib/pgvigil-guard', host],
  ])('may be kept %s', async (_, directory, mountinfo) => {
    expect(await judge(directory, mountinfo, ['/data/pg'])).toBeUndefined();
  });

  test.each([
    ['in the layer of a container', '/var/lib/pgvigil', container, [], 'part of the container'],
    ['in the data directory', '/data/pg', host, ['/data/pg'], 'the data directory /data/pg'],
    ['below it', '/data/pg/pgvigil', host, ['/data/pg'], 'the data directory /data/pg'],
  ] as const)('may not be kept %s', async (_, directory, mountinfo, clusters, why) => {
    expect(await judge(directory, mountinfo, clusters)).toContain(why);
  });

  test('is not looked for where its directory is not there', async () => {
    expect(await judge('/record', container, [], false)).toContain('is not there');
  });
});
