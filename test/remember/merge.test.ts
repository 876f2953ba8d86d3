import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_HISTORY } from '../../src/model/history.ts';
import { mergeHistories } from '../../src/remember/merge.ts';
import { anyHistory, historyOf } from '../kit/histories.ts';

const pin = (oid: number) => ({ systemIdentifier: '7', oid, since: 1 });

describe('merging a late history', () => {
  test('nothing of either is forgotten', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (older, newer) => {
        const merged = mergeHistories(older, newer);
        for (const part of [older, newer]) {
          for (const [name, server] of part.servers) {
            for (const datname of server.databases.keys()) {
              expect(merged.servers.get(name)?.databases.has(datname)).toBe(true);
            }
          }
          for (const volume of part.volumes.keys()) expect(merged.volumes.has(volume)).toBe(true);
        }
      }),
    );
  });

  test('with nothing changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(mergeHistories(history, EMPTY_HISTORY)).toEqual(history);
        expect(mergeHistories(EMPTY_HISTORY, history)).toEqual(history);
      }),
    );
  });

  test('an identity that was pinned before stays pinned, and the other one is a stranger', () => {
    const older = historyOf({ app: { pin: pin(1), source: 'learned' } });
    const newer = historyOf({ app: { pin: pin(2), firstSeenAt: 9 } });
    const app = mergeHistories(older, newer).servers.get('main')?.databases.get('app');
    expect(app).toMatchObject({ pin: pin(1), stranger: pin(2), source: 'learned' });
  });

  test('the same identity is no stranger', () => {
    const older = historyOf({ app: { pin: pin(1), missingSince: 5 } });
    const newer = historyOf({ app: { pin: pin(1), firstSeenAt: 9 } });
    const app = mergeHistories(older, newer).servers.get('main')?.databases.get('app');
    expect(app).toMatchObject({ pin: pin(1), stranger: undefined, missingSince: undefined });
  });

  test('another server under the name is a stranger', () => {
    const older = historyOf({}, { pin: { systemIdentifier: '7', source: 'learned', since: 1 } });
    const newer = historyOf({}, { pin: { systemIdentifier: '8', source: 'learned', since: 2 } });
    expect(mergeHistories(older, newer).servers.get('main')).toMatchObject({
      pin: { systemIdentifier: '7' },
      stranger: { systemIdentifier: '8', since: 2 },
    });
  });

  test('a database that is expected stays expected, and one that is still missing stays missing', () => {
    const older = historyOf({ app: { pin: pin(1), source: 'learned', missingSince: 5 } });
    const newer = historyOf({ app: { source: undefined } });
    const app = mergeHistories(older, newer).servers.get('main')?.databases.get('app');
    expect(app).toMatchObject({ source: 'learned', missingSince: 5 });
  });
});
