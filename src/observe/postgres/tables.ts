import type { Observation } from '../../model/observation.ts';
import type { DatabaseRow, TablesFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import type { Connections } from './connections.ts';
import { ConnectFailure, explainFailure } from './failure.ts';
import { beginLook } from './look.ts';
import { countTables } from './queries.ts';
import { REST, rest } from './rest.ts';
import { tablesFacts } from './rows.ts';
import type { Slot } from './slot.ts';
import type { Tally } from './tally.ts';
import type { ViewStore } from './view.ts';

/** A check of the server that falls due meanwhile waits no longer, and neither does a DROP of the database. */
const STATEMENT_MS = 1000;
/** The server gives up before our own deadline on a query passes. */
const SERVER_SHARE = 0.8;

export interface TablesDeps {
  readonly connections: Connections;
  readonly slot: Slot;
  readonly store: ViewStore;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly expected: readonly string[];
  /** The row of the database, as it was read last. */
  readonly row: (datname: string) => DatabaseRow | undefined;
  readonly queryTimeoutMs: number;
  /** Aborted when the observer stops. */
  readonly stop: AbortSignal;
}

/** Counts the tables of the expected databases, one after the other, when nothing else wants the slot. */
export interface Tables {
  /** Counts every one of them once. */
  round(): Promise<void>;
  /** Counts one that was just entered, without waiting for its round. */
  soon(datname: string): Promise<void>;
}

export function createTables(deps: TablesDeps): Tables {
  const { connections, slot, store, tally, clock, expected, row, stop } = deps;
  const statement = countTables(
    Math.max(1, Math.min(STATEMENT_MS, Math.floor(deps.queryTimeoutMs * SERVER_SHARE))),
  );
  const queue = new Set<string>();
  let working: Promise<void> | undefined;

  /** `undefined`: no attempt was made, because an earlier connection is still unanswered. */
  async function look(datname: string): Promise<Observation<TablesFacts, ConnectReason> | undefined> {
    const begun = beginLook(clock);
    try {
      const session = await connections.open(datname, 'other');
      try {
        const results = await session.query(statement);
        return begun.seen(tablesFacts(results.at(-1)?.[0]));
      } finally {
        await session.close();
      }
    } catch (error) {
      if (error instanceof ConnectFailure && error.withheld) return undefined;
      const why = explainFailure(error, { row: row(datname) });
      tally.failed(datname, why.reason);
      return begun.unseen(why);
    }
  }

  /** Enters only what let us in last time: the prober finds out when that changes, and is told apart from us. */
  async function count(datname: string): Promise<void> {
    const entered = store.view().databases.get(datname)?.observation;
    if (entered === undefined || stop.aborted) return;
    const counted = entered.seen ? await look(datname) : entered;
    if (counted && !stop.aborted) store.tables(datname, counted);
  }

  async function work(): Promise<void> {
    for (const datname of queue) {
      if (stop.aborted) return;
      queue.delete(datname);
      let tookMs = 0;
      await slot.runIdle(async () => {
        const startedAt = clock.monotonic();
        await count(datname);
        tookMs = clock.monotonic() - startedAt;
      });
      if (queue.size > 0) await rest(tookMs * REST, undefined, stop);
    }
  }

  function drain(): Promise<void> {
    working ??= work().finally(() => {
      working = undefined;
      // Added after the last one was taken.
      if (queue.size > 0 && !stop.aborted) return drain();
    });
    return working;
  }

  return {
    round() {
      for (const datname of expected) queue.add(datname);
      return drain();
    },
    soon(datname) {
      queue.add(datname);
      return drain();
    },
  };
}
