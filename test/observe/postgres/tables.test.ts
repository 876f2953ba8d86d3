import { expect, test } from 'vitest';
import type { Clock } from '../../../src/model/time.ts';
import { ConnectFailure } from '../../../src/observe/postgres/failure.ts';
import { beginLook } from '../../../src/observe/postgres/look.ts';
import type { Session } from '../../../src/observe/postgres/session.ts';
import { createTables } from '../../../src/observe/postgres/tables.ts';
import { createTally } from '../../../src/observe/postgres/tally.ts';
import { createViewStore } from '../../../src/observe/postgres/view.ts';

function setUp({ tookMs = 10, queryTimeoutMs = 3000 } = {}) {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now };
  const store = createViewStore(createTally([]));
  const tables = createTables({ store, clock, intervalMs: 60_000, queryTimeoutMs });
  const asked: { datname: string; text: string; deadlineMs: number | undefined }[] = [];
  const enter = (datname: string, failure?: Error): Promise<void> => {
    const session: Pick<Session, 'query'> = {
      query(statement, deadlineMs) {
        asked.push({ datname, text: statement.text, deadlineMs });
        now += tookMs;
        return failure ? Promise.reject(failure) : Promise.resolve([[], [['3', '1', '2', '2', '1']]]);
      },
    };
    return tables.entered(datname, session as Session);
  };
  const counts = () => asked.map((one) => one.datname).join(' ');
  return {
    store,
    clock,
    tables,
    asked,
    counts,
    enter,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const lockTimeout = () =>
  new ConnectFailure(Object.assign(new Error('locked'), { name: 'error', code: '55P03' }), {
    phase: 'querying',
    answer: 'postgres',
    timedOut: false,
    ended: false,
    tlsRefused: false,
    notice: undefined,
    withheld: false,
  });

test('counts when a database is entered, and again when its interval is over', async () => {
  const { store, enter, wait, counts } = setUp();
  await enter('a');
  expect(store.view().tables.get('a')).toMatchObject({
    observation: { seen: true, facts: { tables: 3, nonEmptyTables: 2 }, tookMs: 10 },
  });
  wait(10_000);
  await enter('a');
  expect(counts()).toBe('a');
  wait(50_000);
  await enter('a');
  expect(counts()).toBe('a a');
});

test('a pass spends half a second at most; the others have their turn in the next one', async () => {
  const { tables, enter, wait, counts } = setUp({ tookMs: 200 });
  tables.pass();
  for (const datname of ['a', 'b', 'c', 'd', 'e']) await enter(datname);
  expect(counts()).toBe('a b c');
  wait(10_000);
  tables.pass();
  for (const datname of ['a', 'b', 'c', 'd', 'e']) await enter(datname);
  expect(counts()).toBe('a b c d e');
});

test('a failure is unknown, is not tried again at once, and forgets nothing', async () => {
  const { store, enter, wait, counts } = setUp();
  await enter('a');
  wait(60_000);
  await enter('a', lockTimeout());
  expect(store.view().tables.get('a')).toMatchObject({
    observation: { seen: false, reason: 'query_timeout' },
    lastSeen: { facts: { tables: 3, nonEmptyTables: 2 } },
  });
  wait(10_000);
  await enter('a');
  expect(counts()).toBe('a a');
  // A bug of ours is no failure of theirs.
  wait(60_000);
  await expect(enter('a', new TypeError('bug'))).rejects.toThrow('bug');
});

test('what cannot be entered is as unknown, and is counted as soon as it can', async () => {
  const { store, clock, tables, enter, wait, counts } = setUp();
  await enter('a');
  wait(1000);
  tables.refused('a', beginLook(clock).unseen({ reason: 'no_database', detail: 'gone' }));
  expect(store.view().tables.get('a')).toMatchObject({
    observation: { seen: false, reason: 'no_database' },
    lastSeen: { facts: { tables: 3 } },
  });
  wait(1000);
  await enter('a');
  expect(counts()).toBe('a a');
});

test.each([
  [3000, 1000, 1250],
  [1000, 800, 1000],
  [1, 1, 1],
])(
  'with %i ms for a query the server gives up after %i ms, and we after %i ms',
  async (all, server, ours) => {
    const { enter, asked } = setUp({ queryTimeoutMs: all });
    await enter('a');
    expect(asked[0]?.text).toContain(`set_config('statement_timeout', '${server}', true)`);
    expect(asked[0]?.deadlineMs).toBe(ours);
  },
);
