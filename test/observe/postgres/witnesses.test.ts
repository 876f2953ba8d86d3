import { expect, test } from 'vitest';
import type { DropSession } from '../../../src/model/postgres.ts';
import { createTally } from '../../../src/observe/postgres/tally.ts';
import { createViewStore } from '../../../src/observe/postgres/view.ts';
import { dropSessions } from '../../../src/observe/postgres/witnesses.ts';

const NOW = 1_700_000_000_000;
const row = (statement: string | null, age: string | null, active = 'f', user: string | null = 'anna') =>
  [user, '10.0.0.7', 'psql', active, age, statement] as const;
const found = (...rows: ReturnType<typeof row>[]) =>
  dropSessions(rows, { names: new Set(['app', 'b']), withinMs: 1500, now: NOW });

test('names who dropped what vanished, by our own clock, oldest first, and keeps no text', () => {
  const sessions = found(
    row('DROP DATABASE app -- C4n4ry', '0.2'),
    row('drop database B', '1.499999', 'f', 'bert'),
  );
  expect(sessions).toEqual([
    { datname: 'b', user: 'bert', clientAddress: '10.0.0.7', application: 'psql', at: NOW - 1500 },
    { datname: 'app', user: 'anna', clientAddress: '10.0.0.7', application: 'psql', at: NOW - 200 },
  ]);
  expect(JSON.stringify(sessions)).not.toContain('C4n4ry');
});

test.each([
  ['another database', row('DROP DATABASE other', '0.2')],
  ['an attempt while the database was still there', row('DROP DATABASE app', '1.6')],
  ['a statement about it', row("SELECT 'DROP DATABASE app'", '0.2')],
  ['a text that may not be read', row('<insufficient privilege>', null)],
  ['no text', row(null, '0.2')],
  ['no time', row('DROP DATABASE app', null)],
])('%s is no witness', (_, session) => {
  expect(found(session)).toEqual([]);
});

test('one that has not ended yet counts however long it takes, and no address is a unix socket', () => {
  const session = ['anna', null, '', 't', '7', 'DROP DATABASE app'] as const;
  expect(dropSessions([session], { names: new Set(['app']), withinMs: 1, now: NOW })).toEqual([
    { datname: 'app', user: 'anna', clientAddress: undefined, application: '', at: NOW - 7000 },
  ]);
});

test('at most 50 are kept, newest last', () => {
  const store = createViewStore(createTally([]));
  const one = (at: number): DropSession => ({
    datname: 'app',
    user: 'anna',
    clientAddress: undefined,
    application: '',
    at,
  });
  for (let at = 1; at <= 60; at += 1) store.dropSessions([one(at)]);
  store.dropSessions([one(30.5)]);
  const kept = store.view().dropSessions.map((session) => session.at);
  expect(kept).toHaveLength(50);
  expect(kept[0]).toBe(12);
  expect(kept.slice(18, 21)).toEqual([30, 30.5, 31]);
  expect(kept.at(-1)).toBe(60);
});
