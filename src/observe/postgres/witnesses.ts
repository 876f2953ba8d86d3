import type { Log } from '../../model/log.ts';
import type { DropSession } from '../../model/postgres.ts';
import type { Clock } from '../../model/time.ts';
import { DeadlineError, withDeadline } from '../deadline.ts';
import type { Connections } from './connections.ts';
import { droppedDatabase } from './drop-statement.ts';
import { explainFailure } from './failure.ts';
import type { Kept } from './kept.ts';
import type { MaintenanceTarget } from './maintenance.ts';
import { DROP_SESSIONS } from './queries.ts';
import type { Row } from './session.ts';
import type { Slot } from './slot.ts';
import type { ViewStore } from './view.ts';

/** A session that dropped shows it until its next statement: what takes longer comes too late anyway. */
const ASK_MS = 300;
/** Clocks may be slewed between two readings. */
const SLACK_MS = 100;

/** Finds the sessions that dropped a database, in the moment that it is gone. */
export interface Witnesses {
  /**
   * Looks for sessions that dropped one of `names` since `since` (monotonic milliseconds, when all were still
   * there), on the kept session or on a fresh one. Returns at once; what is found goes to the view.
   */
  look(names: ReadonlySet<string>, since: number, target: MaintenanceTarget | undefined): void;
}

export function createWitnesses(deps: {
  readonly name: string;
  readonly kept: Kept;
  readonly connections: Connections;
  readonly slot: Slot;
  readonly store: ViewStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}): Witnesses {
  const { name, kept, connections, slot, store, clock, log, changed, failed } = deps;

  async function ask(target: MaintenanceTarget | undefined): Promise<readonly Row[] | undefined> {
    const rows = await withDeadline('the look for who dropped', ASK_MS, kept.ask(DROP_SESSIONS));
    if (rows !== undefined || target === undefined) return rows;
    return slot.run(async () => {
      const session = await connections.open(target.database, 'other');
      try {
        return (await session.query(DROP_SESSIONS)).at(-1);
      } finally {
        await session.close();
      }
    });
  }

  async function lookOnce(
    names: ReadonlySet<string>,
    since: number,
    target: MaintenanceTarget | undefined,
  ): Promise<void> {
    try {
      const rows = await ask(target);
      const monotonicMs = clock.monotonic();
      const withinMs = monotonicMs - since + SLACK_MS;
      const found = dropSessions(rows ?? [], { names, withinMs, now: clock.now() });
      if (found.length === 0) return;
      store.dropSessions(found);
      changed();
    } catch (error) {
      // Nothing depends on it but a name in the evidence.
      const detail = error instanceof DeadlineError ? error.message : explainFailure(error).detail;
      log.info({ server: name, detail }, 'who dropped a database could not be read');
    }
  }

  return {
    look(names, since, target) {
      lookOnce(names, since, target).catch(failed);
    },
  };
}

/**
 * Rows of `DROP_SESSIONS` that dropped one of `names`, oldest first; of the text nothing is kept but the name.
 * A statement that ended longer than `withinMs` ago was another one: the database was still there.
 */
export function dropSessions(
  rows: readonly Row[],
  { names, withinMs, now }: { names: ReadonlySet<string>; withinMs: number; now: number },
): readonly DropSession[] {
  return rows
    .flatMap(([user, clientAddress, application, active, ageS, statement]) => {
      const datname = droppedDatabase(statement ?? '');
      const ageMs = Number(ageS ?? Number.NaN) * 1000;
      if (datname === undefined || !names.has(datname) || !Number.isFinite(ageMs)) return [];
      // An active one has not ended yet; it is about to tell its client.
      if (active !== 't' && ageMs > withinMs) return [];
      return [
        {
          datname,
          user: user ?? '',
          clientAddress: clientAddress ?? undefined,
          application: application ?? '',
          // By our own clock, so that two clocks that differ do not matter.
          at: Math.round(now - Math.max(0, ageMs)),
        },
      ];
    })
    .sort((a, b) => a.at - b.at);
}
