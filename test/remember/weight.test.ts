import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHistory, encodeHistory } from '../../src/remember/codec.ts';
import { differInWeight } from '../../src/remember/weight.ts';
import { anyHistory, historyOf } from '../kit/histories.ts';

const before = historyOf({ app: { seenMs: 1, source: 'learned' } }, { lastUpAt: 1 });

describe('what has to be on the disk at once', () => {
  test('a history and its copy do not differ', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(differInWeight(history, decodeHistory(encodeHistory(history)))).toBe(false);
      }),
    );
  });

  test.each([
    [
      'times of the last look',
      historyOf({ app: { seenMs: 2, source: 'learned', lastSizeBytes: 9 } }, { catalogAt: 2 }),
      false,
    ],
    ['a new database', historyOf({ app: { source: 'learned' }, more: {} }), true],
    ['a database that is expected no more', historyOf({ app: {} }), true],
    ['a database that is gone', historyOf({ app: { source: 'learned', missingSince: 3 } }), true],
    ['a forgotten database', historyOf({}), true],
    ['another name', historyOf({ App: { source: 'learned' } }), true],
    [
      'a pin',
      historyOf({ app: { source: 'learned', pin: { systemIdentifier: '7', oid: 1, since: 1 } } }),
      true,
    ],
    ['a server that went down', historyOf({ app: { source: 'learned' } }, { downSince: 4 }), true],
  ])('%s', (_, now, heavy) => {
    expect(differInWeight(before, now)).toBe(heavy);
    expect(differInWeight(now, before)).toBe(heavy);
  });
});
