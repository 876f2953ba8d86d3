import { describe, expect, test } from 'vitest';
import type { DiskCalls } from '../../../src/observe/disk/calls.ts';
import { diskReasonOf } from '../../../src/observe/disk/calls.ts';
import { observeHost } from '../../../src/observe/disk/host-probe.ts';
import { bootInstant } from '../../../src/observe/disk/plain-host.ts';
import { handClock } from '../../kit/clock.ts';

const FACTS = { bootedAt: 0, hostname: 'vps', os: 'Debian GNU/Linux 12', kernel: '6.1' };
const calls = (bootedAt: number): DiskCalls => ({
  statfs: () => Promise.reject(new Error('not asked')),
  realpath: () => Promise.reject(new Error('not asked')),
  host: async () => ({ ...FACTS, bootedAt }),
});
const boots = async (...instants: readonly number[]) => {
  let host: Awaited<ReturnType<typeof observeHost>> | undefined;
  const seen: (number | undefined)[] = [];
  for (const instant of instants) {
    host = await observeHost(host, calls(instant), 1_000, handClock());
    seen.push(host.lastSeen?.facts.bootedAt);
  }
  return seen;
};

describe('the machine', () => {
  test('boot time does not flicker between two readings of the same boot', async () => {
    expect(await boots(10_000, 11_000, 9_000, 12_000)).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  test('another boot is another time', async () => {
    expect(await boots(10_000, 70_000)).toEqual([10_000, 70_000]);
  });

  test('boot time lies on a whole second', () => {
    expect(bootInstant(1_000_499, 10.25)).toBe(990_000);
  });

  test('an error without a reason of its own is an error, not a guess', () => {
    expect(diskReasonOf(undefined)).toBe('error');
    expect(diskReasonOf('toString')).toBe('error');
    expect(diskReasonOf('EIO')).toBe('eio');
  });
});
