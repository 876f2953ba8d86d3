import { expect, test } from 'vitest';
import { backupSameDisk } from '../../src/diagnose/risks/backup-same-disk.ts';
import type { RiskCase } from '../../src/diagnose/risks/rule.ts';
import { backupSource } from '../fixtures/report.ts';

/** A server whose data lies on /data, and a backup on the given mounts. */
function judge(mountpoints: readonly (string | undefined)[], devices: Readonly<Record<string, string>>) {
  const facts: Partial<RiskCase> = {
    placement: {
      dataDirectory: '/data/pg',
      container: undefined,
      mount: undefined,
      volume: undefined,
      hostPath: '/data/pg',
      mountpoint: '/data',
    },
    backups: mountpoints.map((mountpoint) => backupSource({ directory: '/x', mountpoint })),
    deviceOf: (mountpoint) => devices[mountpoint],
  };
  return backupSameDisk(facts as RiskCase);
}

const SAME = { directory: '/x', mountpoint: '/data' };

test.each([
  ['the same filesystem', ['/data'], { '/data': '/dev/sdb' }, SAME],
  [
    'another mount of the same device',
    ['/b'],
    { '/data': '/dev/sdb', '/b': '/dev/sdb' },
    { ...SAME, mountpoint: '/b' },
  ],
  ['another device', ['/b'], { '/data': '/dev/sdb', '/b': '/dev/sdc' }, false],
  ['another tmpfs', ['/b'], { '/data': 'tmpfs', '/b': 'tmpfs' }, false],
  ['a filesystem that is not known', [undefined], { '/data': '/dev/sdb' }, undefined],
  ['a device that is not known', ['/b'], { '/data': '/dev/sdb' }, undefined],
  ['the same one, and another one', ['/data', '/b'], { '/data': '/dev/sdb', '/b': '/dev/sdc' }, false],
  ['the same one, and one that is not known', ['/data', undefined], { '/data': '/dev/sdb' }, undefined],
])('a backup on %s', (_, mountpoints, devices, present) => {
  expect(judge(mountpoints, devices as Record<string, string>)).toEqual(present);
});
