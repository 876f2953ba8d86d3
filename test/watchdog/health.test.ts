import { expect, test } from 'vitest';
import type { Config } from '../../src/model/config.ts';
import type { History } from '../../src/model/history.ts';
import type { Report } from '../../src/model/report.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { createWatch } from '../../src/watch.ts';
import { wellReport } from '../fixtures/report.ts';
import { recordingLog } from '../kit/web.ts';

/** A heartbeat whose ticks come when `presence` says, on a clock that the test sets. */
function heartbeat(presence: number) {
  let monotonicMs = 1_000_000;
  const history = {} as History;
  const clock = { now: () => 0, monotonic: () => monotonicMs };
  const watch = createWatch({
    clock,
    log: recordingLog(),
    config: () => ({ intervals: { presence } }) as Config,
    saved: () => {},
    broken: (error) => {
      throw error;
    },
    steps: {
      look: () => ({}) as Snapshot,
      remember: () => ({ history, happenings: [] }),
      diagnose: (): Report => ({ ...wellReport(), monotonicMs }),
      record: () => ({ history, happenings: [] }),
    },
  });
  const later = (ms: number): void => {
    monotonicMs += ms;
  };
  return { watch, history, later };
}

test.each([
  { presence: 1_000, afterMs: 30_999, healthy: true },
  { presence: 1_000, afterMs: 31_001, healthy: false },
  // Who looks once an hour is well for an hour.
  { presence: 3_600_000, afterMs: 3_000_000, healthy: true },
  { presence: 3_600_000, afterMs: 3_630_001, healthy: false },
])('a tick every $presence ms that is $afterMs ms old: healthy $healthy', async (row) => {
  const { watch, history, later } = heartbeat(row.presence);
  expect(watch.healthy()).toBe(true);
  watch.start(history);
  await expect.poll(() => watch.report()).toBeDefined();
  watch.stop();
  later(row.afterMs);
  expect(watch.healthy()).toBe(row.healthy);
});
