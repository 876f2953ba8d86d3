import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeptItem, planRetention } from '../../../src/guard/backup/retention.ts';
import type { KeepRule } from '../../../src/model/backup-source.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1, 2, 15);
const KEEP: KeepRule = { daily: 7, weekly: 4, monthly: 6, atLeast: 3, ignoreTables: [], hold: false };
const OLD = '7711161441652576274';
const NEW = '7711166475015090956';

function item(day: number, changes: Partial<KeptItem> & { rows?: number } = {}): KeptItem {
  const { rows = 10_000, ...rest } = changes;
  return {
    id: `${day}`,
    at: START + day * DAY_MS,
    systemIdentifier: OLD,
    oid: '16384',
    bytes: 1_000_000,
    tables: [{ schema: 'public', name: 'orders', rows, hash: undefined }],
    isGood: true,
    isQuestioned: false,
    isRestoreVerified: false,
    ...rest,
  };
}

interface Changes {
  readonly keep?: Partial<KeepRule>;
  readonly now?: number;
  readonly identityDoubted?: boolean;
  readonly hasUnreadable?: boolean;
}

function plan(items: readonly KeptItem[], { keep, ...changes }: Changes = {}) {
  const newest = Math.max(...items.map(({ at }) => at));
  return planRetention(items, {
    keep: { ...KEEP, ...keep },
    now: newest + 60_000,
    identityDoubted: false,
    hasUnreadable: false,
    ...changes,
  });
}

/** A backup every day, and what is deleted after each; gives what is left. */
function simulate(days: readonly KeptItem[], changes: Changes = {}): readonly KeptItem[] {
  let left: readonly KeptItem[] = [];
  for (const made of days) {
    const all = [...left, made];
    const { remove } = plan(all, { ...changes, now: made.at + 60_000 });
    left = all.filter(({ id }) => !remove.includes(id));
  }
  return left;
}

const days = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, day) => day + from);

describe('what is kept in quiet times', () => {
  test('a year of daily backups: 7 days, 4 weeks, 6 months, and not more', () => {
    const left = simulate(days(365).map((day) => item(day)));
    const kept = left.map(({ at }) => new Date(at).toISOString().slice(0, 10));
    expect(kept.slice(-7)).toEqual([
      '2026-12-25',
      '2026-12-26',
      '2026-12-27',
      '2026-12-28',
      '2026-12-29',
      '2026-12-30',
      '2026-12-31',
    ]);
    // Mondays and firsts of a month.
    expect(kept.slice(0, -7)).toEqual([
      '2026-07-01',
      '2026-08-01',
      '2026-09-01',
      '2026-10-01',
      '2026-11-01',
      '2026-12-01',
      '2026-12-07',
      '2026-12-14',
      '2026-12-21',
    ]);
  });

  test('the first of a day stays, and is not replaced by a later one', () => {
    const morning = item(10);
    const noon = { ...item(10), id: 'noon', at: morning.at + 4 * 3_600_000 };
    const tail = days(5, 11).map((day) => item(day));
    expect(plan([morning, noon, ...tail]).remove).toEqual(['noon']);
  });

  test('a day that has no backup uses nothing up', () => {
    expect(
      plan(
        days(7).map((day) => item(day * 40)),
        { keep: { weekly: 0, monthly: 0 } },
      ).remove,
    ).toEqual([]);
  });

  test('the newest that was restored stays', () => {
    const all = days(60).map((day) => item(day, { isRestoreVerified: day === 3 }));
    expect(plan(all).remove).not.toContain('3');
    expect(plan(days(60).map((day) => item(day))).remove).toContain('3');
  });

  test('one that failed a check is never what a period keeps', () => {
    const all = days(30).map((day) => item(day, { isGood: day < 20 || day === 29 }));
    const { held, remove } = plan(all, { keep: { weekly: 0, monthly: 0 } });
    expect(held).toEqual([]);
    expect(remove).not.toContain('19');
    expect(remove).toContain('25');
  });

  test('where all but the newest failed a check, not fewer than at_least stay', () => {
    const all = days(30).map((day) => item(day, { isGood: day === 29 }));
    const { held, remove } = plan(all);
    expect(held).toEqual([]);
    expect(all.map(({ id }) => id).filter((id) => !remove.includes(id))).toEqual(['27', '28', '29']);
  });

  test('a question that is wrong every night costs no history, and what passes keeps its own', () => {
    const asked = (day: number, passes: boolean) => item(day, { isGood: passes, isQuestioned: !passes });
    const wrong = days(30).map((day) => asked(day, day === 29));
    const right = days(30).map((day) => asked(day, true));
    expect(plan(wrong).remove).toEqual(plan(right).remove);
    const turned = days(30).map((day) => asked(day, day < 15));
    const good = turned.filter(({ isGood }) => isGood);
    const { remove } = plan([...turned, asked(30, true)]);
    for (const { id } of good.slice(-6)) expect(remove).not.toContain(id);
    for (const day of days(6, 24)) expect(remove).not.toContain(`${day}`);
    expect(remove).toContain('20');
  });
});

describe('what looks like a loss holds everything', () => {
  const usual = days(40).map((day) => item(day));
  test('the rule itself would delete', () => {
    expect(plan(usual).remove.length).toBeGreaterThan(20);
  });

  test.each<[string, readonly KeptItem[], Changes]>([
    ['identity_changed', [...usual, item(40, { systemIdentifier: NEW })], {}],
    ['identity_changed', [...usual, item(40, { oid: '16680' })], {}],
    ['identity_changed', usual, { identityDoubted: true }],
    ['size_halved', [...usual, item(40, { bytes: 400_000 })], {}],
    ['rows_lost', [...usual, item(40, { rows: 0 })], {}],
    ['rows_lost', [...usual, item(40, { rows: 4999 })], {}],
    ['rows_lost', [...days(40).map((day) => item(day, { rows: 1 })), item(40, { rows: 0 })], {}],
    ['table_vanished', [...usual, item(40, { tables: [] })], {}],
    ['newest_not_verified', [...usual, item(40, { isGood: false })], {}],
    ['clock_moved_back', usual, { now: START }],
    ['unreadable_manifest', usual, { hasUnreadable: true }],
    ['manual', usual, { keep: { hold: true } }],
  ])('%s', (reason, items, changes) => {
    const { held, remove } = plan(items, changes);
    expect(held).toContain(reason);
    expect(remove).toEqual([]);
  });

  test('half of the rows is enough, a few rows come and go, and some tables come and go', () => {
    expect(plan([...usual, item(40, { rows: 5000 })]).held).toEqual([]);
    const few = days(40).map((day) => item(day, { rows: 99 }));
    expect(plan([...few, item(40, { rows: 1 })]).held).toEqual([]);
    const none = days(40).map((day) => item(day, { rows: 0 }));
    expect(plan([...none, item(40, { rows: 0 })]).held).toEqual([]);
    const ignoreTables = [/^public\.orders$/u];
    expect(plan([...usual, item(40, { rows: 0 })], { keep: { ignoreTables } }).held).toEqual([]);
    expect(plan([...usual, item(40, { tables: [] })], { keep: { ignoreTables } }).held).toEqual([]);
  });
});

describe('after a loss, for 30 days and more', () => {
  const before = days(40).map((day) => item(day));
  const survivors = simulate(before);

  test.each<[string, Partial<KeptItem> & { rows?: number }]>([
    [
      'the volume was lost and the database created again, empty',
      { systemIdentifier: NEW, bytes: 852, tables: [] },
    ],
    ['it was dropped and created again', { oid: '16680', bytes: 852, tables: [] }],
    ['created again and filled with other rows', { systemIdentifier: NEW, rows: 20_000 }],
    ['one table was emptied', { rows: 0 }],
    ['a table was dropped', { tables: [] }],
  ])('%s: no backup from before it is deleted', (_, event) => {
    for (const count of [30, 400]) {
      const left = simulate([...before, ...days(count, 40).map((day) => item(day, event))]);
      const ids = left.map(({ id }) => id);
      expect(survivors.filter(({ id }) => !ids.includes(id))).toEqual([]);
    }
  });

  test('the new identity has a retention of its own, and the old one none', () => {
    const event = { systemIdentifier: NEW, bytes: 852, tables: [] };
    const left = simulate([...before, ...days(400, 40).map((day) => item(day, event))]);
    const own = left.filter(({ systemIdentifier }) => systemIdentifier === NEW);
    expect(own.length).toBeLessThan(20);
    expect(left.length - own.length).toBe(survivors.length);
  });
});

describe('whatever is there', () => {
  const kept: fc.Arbitrary<KeptItem> = fc.record({
    id: fc.uuid(),
    at: fc.integer({ min: START, max: START + 500 * DAY_MS }),
    systemIdentifier: fc.constantFrom(OLD, NEW),
    oid: fc.constantFrom('16384', '16680', undefined),
    bytes: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    tables: fc.array(
      fc.record({
        schema: fc.constant('public'),
        name: fc.constantFrom('a', 'b'),
        rows: fc.integer({ min: 0, max: 400 }),
        hash: fc.constant(undefined),
      }),
      { maxLength: 2 },
    ),
    isGood: fc.boolean(),
    isQuestioned: fc.boolean(),
    isRestoreVerified: fc.boolean(),
  });
  const keepRule: fc.Arbitrary<KeepRule> = fc.record({
    daily: fc.nat({ max: 10 }),
    weekly: fc.nat({ max: 5 }),
    monthly: fc.nat({ max: 5 }),
    atLeast: fc.integer({ min: 1, max: 5 }),
    ignoreTables: fc.constant([]),
    hold: fc.constant(false),
  });

  test('nothing of another identity goes, nor the newest good ones, nor the last restored one; a hold deletes nothing', () => {
    fc.assert(
      fc.property(fc.array(kept, { maxLength: 60 }), keepRule, (items, keep) => {
        const { held, remove } = planRetention(items, {
          keep,
          now: START + 501 * DAY_MS,
          identityDoubted: false,
          hasUnreadable: false,
        });
        if (held.length > 0) expect(remove).toEqual([]);
        const sorted = [...items].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
        const newest = sorted.at(-1);
        const same = sorted.filter(
          ({ systemIdentifier, oid }) => systemIdentifier === newest?.systemIdentifier && oid === newest?.oid,
        );
        const gone = items.filter(({ id }) => remove.includes(id));
        expect(gone.every((one) => same.includes(one))).toBe(true);
        const stay = [
          newest,
          same.filter(({ isRestoreVerified }) => isRestoreVerified).at(-1),
          ...same.filter(({ isGood }) => isGood).slice(-keep.atLeast),
          ...same.slice(-keep.atLeast),
        ];
        for (const one of stay) expect(gone).not.toContain(one);
      }),
      { numRuns: 2000 },
    );
  });

  test('deciding twice deletes nothing more', () => {
    fc.assert(
      fc.property(fc.array(kept, { maxLength: 40 }), keepRule, (items, keep) => {
        const options = { keep, now: START + 501 * DAY_MS, identityDoubted: false, hasUnreadable: false };
        const first = planRetention(items, options);
        const left = items.filter(({ id }) => !first.remove.includes(id));
        expect(planRetention(left, options).remove).toEqual([]);
      }),
    );
  });
});
