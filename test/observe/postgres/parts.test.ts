import type { lookup } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DatabaseRow } from '../../../src/model/postgres.ts';
import { CONNECT_REASONS } from '../../../src/model/reason.ts';
import { createLookup } from '../../../src/observe/lookup.ts';
import { createCatalogMemory } from '../../../src/observe/postgres/catalog.ts';
import { changedNames, vanishedNames } from '../../../src/observe/postgres/catalog-change.ts';
import { quoteIdentifier } from '../../../src/observe/postgres/grants.ts';
import { maintenanceTargets } from '../../../src/observe/postgres/maintenance.ts';
import { createSlot } from '../../../src/observe/postgres/slot.ts';
import { createTally } from '../../../src/observe/postgres/tally.ts';

const row = (datname: string, oid: number, more: Partial<DatabaseRow> = {}): DatabaseRow => ({
  oid,
  datname,
  isTemplate: false,
  allowsConnections: true,
  connectionLimit: -1,
  isBeingDropped: false,
  ...more,
});
const A = row('a', 1);
const B = row('b', 2);

describe('changes of the catalog', () => {
  test.each([
    ['nothing', [A, B], [A, B], []],
    ['another order', [A, B], [B, A], []],
    ['appeared', [A], [A, B], ['b']],
    ['gone', [A, B], [B], ['a']],
    ['recreated', [A], [row('a', 9)], ['a']],
    ['renamed', [A], [row('c', 1)], ['c', 'a']],
    ['swapped', [A, B], [row('b', 1), row('a', 2)], ['b', 'a']],
    ['invalidated', [A], [row('a', 1, { connectionLimit: -2 })], ['a']],
    ['closed', [A], [row('a', 1, { allowsConnections: false })], ['a']],
  ])('%s', (_, before, after, names) => {
    expect([...changedNames(before, after)]).toEqual(names);
  });

  test.each([
    ['gone', [A, B], [B], ['a']],
    ['recreated', [A], [row('a', 9)], ['a']],
    ['renamed', [A], [row('c', 1)], []],
    ['renamed, and another in its place', [A], [row('old', 1), row('a', 2)], []],
    ['renamed, then dropped, with another in its place', [A, B], [row('a', 2)], ['a']],
    ['invalidated', [A], [row('a', 1, { connectionLimit: -2 })], []],
    ['appeared', [A], [A, B], []],
  ])('vanished: %s', (_, before, after, names) => {
    expect([...vanishedNames(before, after)]).toEqual(names);
  });

  test('no change is found exactly when the sets are equal', () => {
    const catalog = fc.uniqueArray(fc.record({ oid: fc.nat(5), datname: fc.constantFrom('a', 'b', 'c') }), {
      selector: (each) => each.datname,
    });
    fc.assert(
      fc.property(catalog, catalog, (before, after) => {
        const text = (rows: typeof before) =>
          rows
            .map((each) => `${each.datname}=${each.oid}`)
            .sort()
            .join();
        const of = (rows: typeof before) => rows.map((each) => row(each.datname, each.oid));
        expect(changedNames(of(before), of(after)).size === 0).toBe(text(before) === text(after));
      }),
    );
  });

  test('the memory gives the same list again while nothing changes, and notices another cluster', () => {
    const memory = createCatalogMemory();
    const first = { systemIdentifier: '1', via: 'kept', databases: [A] } as const;
    expect(memory.accept(first)).toMatchObject({ changed: new Set(), replaced: false });
    const second = memory.accept({ ...first, databases: [row('a', 1)] });
    expect(second.facts.databases).toBe(first.databases);
    expect(memory.accept({ ...first, systemIdentifier: '2' }).replaced).toBe(true);
    expect([...memory.accept({ ...first, databases: [B] }).changed]).toEqual(['b', 'a']);
    expect(memory.row('b')).toEqual(B);
    expect(memory.row('a')).toBeUndefined();
  });
});

describe('where to look at the server from', () => {
  const targets = (database: string, expect: string[], learn = false, ignore: RegExp[] = []) =>
    maintenanceTargets({ database, databases: { expect, learn, learnAfterMs: 0, ignore } }).map(
      (target) => `${target.database}${target.keep ? ' kept' : ''}`,
    );
  test.each([
    ['postgres in the url', targets('postgres', ['app']), ['postgres kept', 'app']],
    ['one of its own in the url', targets('upkeep', ['app']), ['upkeep kept', 'postgres kept', 'app']],
    ['a watched one in the url', targets('app', ['app']), ['postgres kept', 'app']],
    ['one that will be learned', targets('app', [], true), ['postgres kept', 'app']],
    ['one that will not be learned', targets('tmp_x', [], true, [/^tmp_/]), ['tmp_x kept', 'postgres kept']],
    ['postgres is watched', targets('postgres', ['postgres']), ['postgres']],
    ['both are watched', targets('app', ['app', 'postgres']), ['postgres', 'app']],
    ['many are watched', targets('postgres', ['a', 'b', 'c']), ['postgres kept', 'a', 'b']],
  ])('%s', (_, found, wanted) => {
    expect(found).toEqual(wanted);
  });
});

describe('the slot', () => {
  test('what is due goes before what can wait, one at a time', async () => {
    const slot = createSlot();
    const order: string[] = [];
    let inside = 0;
    const task = (name: string) => async () => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push(name);
      inside -= 1;
    };
    await Promise.all([
      slot.run(task('first')),
      slot.runIdle(task('idle')),
      slot.run(task('due')),
      slot.run(task('due too')),
    ]);
    expect(order).toEqual(['first', 'due', 'due too', 'idle']);
  });

  test('a task that can wait is told when it is in the way', async () => {
    const slot = createSlot();
    const idle = slot.runIdle(async (lease) => {
      expect(lease.wanted()).toBe(false);
      await lease.whenWanted;
      return lease.wanted();
    });
    await Promise.resolve();
    expect(await slot.run(async () => 'due')).toBe('due');
    expect(await idle).toBe(true);
  });

  test('a task that fails gives the slot back', async () => {
    const slot = createSlot();
    await expect(slot.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slot.runIdle(async (lease) => lease.wanted())).toBe(false);
  });
});

test('the tally has every name and reason from the start at 0', () => {
  const tally = createTally(['postgres', 'app']);
  expect(tally.read().map((each) => each.datname)).toEqual(['postgres', 'app']);
  expect(tally.read()[0]?.lastDurationMs).toBeUndefined();
  expect(Object.keys(tally.read()[0]?.failures ?? {})).toEqual([...CONNECT_REASONS]);
  const before = tally.read();
  tally.attempted('app', 12);
  tally.failed('app', 'refused');
  expect(tally.read()[1]).toMatchObject({
    attempts: 1,
    lastDurationMs: 12,
    failures: { refused: 1, dns: 0 },
  });
  // What was given away does not change.
  expect(before[1]).toMatchObject({ attempts: 0, failures: { refused: 0 } });
});

test('a name is looked up once at a time, however many ask', () => {
  const asked: string[] = [];
  let answer: (error: null, address: string, family: number) => void = () => {};
  const lookup = createLookup(((name: string, _: object, callback: typeof answer) => {
    asked.push(name);
    answer = callback;
  }) as unknown as typeof lookupType);
  const heard: string[] = [];
  const hear = (_: unknown, address: unknown): void => void heard.push(String(address));
  lookup('db', { all: true }, hear);
  lookup('db', { all: true }, hear);
  lookup('other', {}, hear);
  expect(asked).toEqual(['db', 'other']);
  answer(null, '10.0.0.9', 4);
  expect(heard).toEqual(['10.0.0.9']);
  lookup('other', {}, hear);
  expect(asked).toEqual(['db', 'other', 'other']);
});
declare const lookupType: typeof lookup;

test.each([
  ['pgvigil', 'pgvigil'],
  ['The Watcher', '"The Watcher"'],
  ['a"; DROP ROLE x; --', '"a""; DROP ROLE x; --"'],
  ['1st', '"1st"'],
])('identifier %s', (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted);
});
