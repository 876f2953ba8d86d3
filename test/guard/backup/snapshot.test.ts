import { expect, test } from 'vitest';
import { takeSnapshot } from '../../../src/guard/backup/snapshot.ts';
import type { Session } from '../../../src/observe/postgres/session.ts';
import { handClock } from '../../kit/clock.ts';

/** A server that does nothing but remember how long it lets a session idle in a transaction. */
function idleServer() {
  const limits: number[] = [];
  const session: Session = {
    remoteAddress: undefined,
    query: async ({ text }) => {
      for (const [, ms] of text.matchAll(/idle_in_transaction_session_timeout = (\d+)/g))
        limits.push(Number(ms));
      return [[]];
    },
    broken: () => undefined,
    onBroken: () => {},
    close: async () => {},
  };
  return { limits, session };
}

test('the server ends a snapshot that nobody ends, soon after the deadline', async () => {
  const { limits, session } = idleServer();
  let leftMs = 3_600_000;
  await takeSnapshot(session, {
    clock: handClock(0),
    hashBelowBytes: 0,
    // Every question takes a while.
    leftMs: () => (leftMs -= 1_000),
  });
  expect(limits[0], 'while it counts').toBeLessThanOrEqual(3_660_000);
  const last = limits.at(-1);
  expect(last, 'no limit at all').toBeGreaterThan(leftMs);
  expect(last, 'while it is dumped').toBeLessThanOrEqual(leftMs + 62_000);
});
