import { expect, test } from 'vitest';
import type { DatabaseRow } from '../../../src/model/postgres.ts';
import type { Connections } from '../../../src/observe/postgres/connections.ts';
import type { Session } from '../../../src/observe/postgres/session.ts';
import { createSizes } from '../../../src/observe/postgres/sizes.ts';
import { createSlot } from '../../../src/observe/postgres/slot.ts';
import { createTally } from '../../../src/observe/postgres/tally.ts';
import { REAL_CLOCK } from '../../kit/postgres-watch.ts';

const row = (oid: number): DatabaseRow => ({
  oid,
  datname: `db${oid}`,
  isTemplate: false,
  allowsConnections: true,
  connectionLimit: -1,
  isBeingDropped: false,
});

test('a pass over many databases that never ends leaves room for one size between two of them', async () => {
  const slot = createSlot();
  const stop = new AbortController();
  const session: Pick<Session, 'query' | 'broken' | 'close'> = {
    query: async () => [[['8192']]],
    broken: () => undefined,
    close: async () => {},
  };
  let sessions = 0;
  const connections: Connections = {
    // Until it is in, the next probe waits already.
    async open() {
      sessions += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
      return session as Session;
    },
    stop: async () => {},
  };
  const sizes = createSizes({
    connections,
    slot,
    tally: createTally([]),
    clock: REAL_CLOCK,
    stop: stop.signal,
  });
  let over = false;
  const pass = (async () => {
    while (!over) await slot.run(() => new Promise((resolve) => setTimeout(resolve, 1)));
  })();
  const told: number[] = [];
  const rows = [1, 2, 3, 4].map(row);
  await sizes.round({ database: 'postgres', keep: true }, rows, (look) => {
    if (look.seen) told.push(look.facts.sizes.length);
  });
  over = true;
  await pass;
  expect(told).toEqual([1, 2, 3, 4]);
  expect(sessions).toBe(4);
});
