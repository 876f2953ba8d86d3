import { describe, expect, test } from 'vitest';
import { createPace } from '../../../src/observe/docker/pace.ts';

/** The seconds of the first minute at which a look begins, with one try every 100 ms. */
function looks(during: (nowMs: number, pace: ReturnType<typeof createPace>) => void = () => {}): number[] {
  const pace = createPace({ gapMs: 1000, firstMs: 5000, maxMs: 20_000 });
  const begun: number[] = [];
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 100) {
    during(nowMs, pace);
    if (!pace.isDue('one', nowMs)) continue;
    pace.begin('one', nowMs);
    begun.push(nowMs / 1000);
  }
  return begun;
}

describe('pace', () => {
  test('while nothing happens, looks become seldom', () => {
    expect(looks()).toEqual([0, 5, 15, 35, 55]);
  });

  test('what happens is looked at at once, and the looks after it come fast again', () => {
    expect(looks((nowMs, pace) => nowMs === 36_000 && pace.touch('one', nowMs))).toEqual([
      0, 5, 15, 35, 36, 41, 51,
    ]);
  });

  test('what happens all the time is looked at once a second', () => {
    expect(looks((nowMs, pace) => pace.touch('one', nowMs))).toHaveLength(61);
  });

  test('a hold is not shortened by what happens', () => {
    const held = looks((nowMs, pace) => {
      if (nowMs === 100) pace.holdUntil('one', 30_000);
      if (nowMs < 30_000) pace.touch('one', nowMs);
    });
    expect(held.slice(0, 2)).toEqual([0, 30]);
  });

  test('what is forgotten is new again', () => {
    const pace = createPace({ gapMs: 1, firstMs: 1000, maxMs: 1000 });
    pace.begin('one', 0);
    pace.begin('two', 0);
    pace.keepOnly(new Set(['two']));
    expect([pace.isDue('one', 1), pace.isDue('two', 1)]).toEqual([true, false]);
  });
});
