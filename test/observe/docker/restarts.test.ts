import { describe, expect, test } from 'vitest';
import { createRestarts } from '../../../src/observe/docker/restarts.ts';

function restartsOf(isOwnSocket = true) {
  let nowMs = 0;
  const restarts = createRestarts({ now: () => ++nowMs, monotonic: () => nowMs }, isOwnSocket);
  return {
    ...restarts,
    /** One stream with its replay. */
    stream(replay: Parameters<typeof restarts.replayed>[0]) {
      restarts.opened();
      restarts.replayed(replay);
    },
    count: () => restarts.view().length,
  };
}

describe('restarts of the engine', () => {
  test.each([
    ['it was away, and its memory is empty', 'refused', 'emptied', 1],
    ['its socket was gone, and its memory is full of new events', 'absent', 'overrun', 1],
    ['it was away, and nothing was known before', 'refused', 'first', 1],
    ['it was never away, and its memory is empty: too fast for a ping', undefined, 'emptied', 1],
    ['the socket was replaced, and it remembers', 'absent', 'continued', 0],
    ['it hung, and remembers', 'timeout', 'continued', 0],
    ['a stream was cut, and it remembers', undefined, 'continued', 0],
    ['a stream was cut while much happened', undefined, 'overrun', 0],
    ['it hung while much happened', 'timeout', 'overrun', 0],
    ['the first look', undefined, 'first', 0],
  ] as const)('%s', (_name, reason, replay, count) => {
    const restarts = restartsOf();
    restarts.stream('first');
    if (reason) restarts.lost(reason);
    restarts.stream(replay);
    expect(restarts.count()).toBe(count);
    // The next stream continues, and nothing is counted twice.
    restarts.stream('continued');
    restarts.stream('first');
    expect(restarts.count()).toBe(count);
  });

  test('the absence of a proxy says nothing about the engine; its memory does', () => {
    const restarts = restartsOf(false);
    for (const replay of ['continued', 'overrun', 'first'] as const) {
      restarts.lost('refused');
      restarts.stream(replay);
    }
    expect(restarts.count()).toBe(0);
    restarts.stream('emptied');
    expect(restarts.count()).toBe(1);
  });

  test('a replay that comes late takes the restart back, but only on the same stream', () => {
    const restarts = restartsOf();
    restarts.stream('emptied');
    restarts.recognised();
    restarts.recognised();
    expect(restarts.count()).toBe(0);
    restarts.stream('emptied');
    restarts.opened();
    restarts.recognised();
    expect(restarts.count()).toBe(1);
  });

  test('the last ten are kept, oldest first', () => {
    const restarts = restartsOf();
    for (let index = 0; index < 14; index += 1) restarts.stream('emptied');
    expect(restarts.view()).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });
});
