import type { Seen, Unseen } from '../../model/observation.ts';
import type { DatabaseRow, DatabaseSize, SizesFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import type { Connections } from './connections.ts';
import { ConnectFailure, explainFailure } from './failure.ts';
import { beginLook } from './look.ts';
import type { MaintenanceTarget } from './maintenance.ts';
import { sizeOf } from './queries.ts';
import { optionalInteger } from './rows.ts';
import type { Session } from './session.ts';
import type { Lease, Slot } from './slot.ts';
import type { Tally } from './tally.ts';

/** Of the wall time, one part measuring and this many parts rest: a size is one stat per file of a database. */
const REST = 19;

export interface SizesDeps {
  readonly connections: Connections;
  readonly slot: Slot;
  readonly tally: Tally;
  readonly clock: Clock;
  /** Aborted when the observer stops. */
  readonly stop: AbortSignal;
}

/** Measures sizes round after round, each database for itself. */
export interface Sizes {
  /**
   * Measures every one of `rows` once, those first that were measured longest ago, and tells what is known
   * after each stretch, which is one database at least. Gives the slot back between two databases whenever a
   * check is due.
   */
  round(
    target: MaintenanceTarget,
    rows: readonly DatabaseRow[],
    tell: (look: Seen<SizesFacts> | Unseen<ConnectReason>) => void,
  ): Promise<void>;
}

export function createSizes(deps: SizesDeps): Sizes {
  const { connections, slot, tally, clock, stop } = deps;
  const known = new Map<number, { readonly size: DatabaseSize; readonly at: number }>();

  /** Measures until the queue is empty or the slot is wanted; returns how long to rest without a connection. */
  async function stretch(target: MaintenanceTarget, queue: DatabaseRow[], lease: Lease): Promise<number> {
    const openedAt = clock.monotonic();
    const session = await connections.open(target.database, 'other');
    try {
      // The first one whoever waits: where a pass over many databases never ends, sizes would never be read.
      do {
        const row = queue.shift();
        if (!row) break;
        const startedAt = clock.monotonic();
        const size = await measure(session, row);
        if (size) known.set(row.oid, { size, at: clock.monotonic() });
        else known.delete(row.oid);
        const broken = session.broken();
        if (broken) throw broken;
        // In a watched database nobody rests: whoever drops it would have to wait for us.
        if (!target.keep) return (clock.monotonic() - openedAt) * REST;
        if (queue.length > 0) await rest((clock.monotonic() - startedAt) * REST, lease.whenWanted, stop);
      } while (queue.length > 0 && !lease.wanted() && !stop.aborted);
      return 0;
    } finally {
      await session.close();
    }
  }

  return {
    async round(target, rows, tell) {
      const look = beginLook(clock);
      const there = new Set(rows.map((row) => row.oid));
      for (const oid of known.keys()) if (!there.has(oid)) known.delete(oid);
      const age = (row: DatabaseRow): number => known.get(row.oid)?.at ?? Number.NEGATIVE_INFINITY;
      const queue = [...rows].sort((a, b) => age(a) - age(b));
      while (queue.length > 0 && !stop.aborted) {
        try {
          const restMs = await slot.runIdle((lease) => stretch(target, queue, lease));
          if (queue.length > 0) await rest(restMs, undefined, stop);
        } catch (error) {
          const why = explainFailure(error);
          const withheld = error instanceof ConnectFailure && error.withheld;
          if (!withheld) {
            tally.failed(target.database, why.reason);
            tell(look.unseen(why));
          }
          return;
        }
        tell(look.seen({ sizes: [...known.values()].map(({ size }) => size) }));
      }
    },
  };
}

/** Size of one database, or why it could not be read; `undefined` when the database is gone. */
async function measure(session: Session, row: DatabaseRow): Promise<DatabaseSize | undefined> {
  const base = { oid: row.oid, datname: row.datname };
  try {
    const [rows] = await session.query(sizeOf(row.oid));
    const found = rows?.[0];
    if (!found) return undefined;
    const sizeBytes = optionalInteger(found[0]);
    return { ...base, sizeBytes, reason: sizeBytes === undefined ? 'files_missing' : undefined };
  } catch (error) {
    if (error instanceof ConnectFailure && error.sqlstate === '42704') return undefined;
    return { ...base, sizeBytes: undefined, reason: explainFailure(error, { row }).reason };
  }
}

function rest(ms: number, wanted: Promise<void> | undefined, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
    void wanted?.then(done);
  });
}
