import type { Unseen } from '../../model/observation.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { explainFailure } from './failure.ts';
import { beginLook } from './look.ts';
import { countTables } from './queries.ts';
import { tablesFacts } from './rows.ts';
import type { Session } from './session.ts';
import type { ViewStore } from './view.ts';

/** A check of the server that falls due meanwhile waits no longer, and neither does a DROP of the database. */
const STATEMENT_MS = 1000;
/** What the server gets beyond that before it counts as silent. */
const ANSWER_MS = 250;
/** The server gives up before our own deadline on a query passes. */
const SERVER_SHARE = 0.8;
/** Of one pass over the databases; those that are left over have their turn in the next pass. */
const PASS_MS = 500;

/**
 * Counts the tables of the expected databases, on connections that were made to enter them: a connection of its
 * own that hangs would hide from the prober that the database does.
 */
export interface Tables {
  /** A pass over the expected databases begins. */
  pass(): void;
  /** A database let us in: counts, on this session, when its last count is long enough ago. */
  entered(datname: string, session: Session): Promise<void>;
  /** A database did not let us in: its tables are as unknown, and are counted as soon as it does. */
  refused(datname: string, look: Unseen<ConnectReason>): void;
}

export function createTables(deps: {
  readonly store: ViewStore;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly queryTimeoutMs: number;
}): Tables {
  const { store, clock, intervalMs, queryTimeoutMs } = deps;
  const statementMs = Math.max(1, Math.min(STATEMENT_MS, Math.floor(queryTimeoutMs * SERVER_SHARE)));
  const statement = countTables(statementMs);
  const deadlineMs = Math.min(queryTimeoutMs, statementMs + ANSWER_MS);
  const countedAt = new Map<string, number>();
  const enteredAt = new Map<string, number>();
  let spentMs = 0;

  return {
    pass() {
      spentMs = 0;
    },
    async entered(datname, session) {
      const startedAt = clock.monotonic();
      const sinceMs = startedAt - (countedAt.get(datname) ?? Number.NEGATIVE_INFINITY);
      const turnMs = startedAt - (enteredAt.get(datname) ?? startedAt);
      enteredAt.set(datname, startedAt);
      // Now, or the next time it is entered: whichever is nearer to the interval.
      if (sinceMs + turnMs / 2 < intervalMs || spentMs >= PASS_MS) return;
      countedAt.set(datname, startedAt);
      const look = beginLook(clock);
      try {
        const results = await session.query(statement, deadlineMs);
        store.tables(datname, look.seen(tablesFacts(results.at(-1)?.[0])));
      } catch (error) {
        store.tables(datname, look.unseen(explainFailure(error)));
      } finally {
        spentMs += clock.monotonic() - startedAt;
      }
    },
    refused(datname, look) {
      countedAt.delete(datname);
      store.tables(datname, look);
    },
  };
}
