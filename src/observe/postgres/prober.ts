import type { Observation } from '../../model/observation.ts';
import type { ConnectedFacts, DatabaseRow, ServerFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import { type ProbeDeps, probeDatabase, worthProbing } from './probes.ts';
import type { Slot } from './slot.ts';
import type { Tables } from './tables.ts';
import type { ViewStore } from './view.ts';

/** Enters the expected databases, one after the other, keeps what it found, and has their tables counted. */
export interface Prober {
  /**
   * One pass after a look at the server: enters those that something speaks against, and of those that are well the
   * ones whose turn it is; longest ago first. Ends early when `urgent` says so.
   */
  pass(
    server: Observation<ServerFacts, ConnectReason>,
    about: {
      readonly row: (datname: string) => DatabaseRow | undefined;
      readonly withFiles: ReadonlySet<number> | undefined;
    },
    urgent: () => boolean,
  ): Promise<void>;
  /** Something may have happened to the server: the next pass enters all. */
  distrust(): void;
  /** Enters those of `names` that are expected, as soon as the slot is free. */
  soon(names: ReadonlySet<string>, row: (datname: string) => DatabaseRow | undefined): void;
}

export function createProber(
  deps: Omit<ProbeDeps, 'row'> & {
    readonly slot: Slot;
    readonly store: ViewStore;
    readonly tables: Tables;
    readonly expected: readonly string[];
    readonly changed: () => void;
    readonly failed: (error: unknown) => void;
  },
): Prober {
  const { slot, store, tables, expected, changed, failed } = deps;

  function keep(datname: string, look: Observation<ConnectedFacts, ConnectReason>): void {
    const before = store.view().databases.get(datname)?.observation;
    store.database(datname, look);
    if (!look.seen) tables.refused(datname, look);
    if (answerOf(before) !== answerOf(look)) changed();
  }

  async function probe(datname: string, row: ProbeDeps['row']): Promise<void> {
    // Whoever wants to enter it waits for the DROP.
    if (row(datname)?.isBeingDropped) return;
    await slot.run(async () => {
      const refused = await probeDatabase({ ...deps, row }, datname, (look, session) => {
        keep(datname, look);
        return tables.entered(datname, session);
      });
      if (refused) keep(datname, refused);
    });
  }

  let run: string | undefined;

  return {
    async pass(server, { row, withFiles }, urgent) {
      if (!server.seen && !worthProbing(server.reason)) {
        run = undefined;
        for (const datname of expected) keep(datname, server);
        return;
      }
      const now = runOf(server);
      const sameRun = now !== undefined && now === run;
      run = now;
      tables.pass();
      const { databases } = store.view();
      const lookedAt = (datname: string): number =>
        databases.get(datname)?.observation.monotonicMs ?? Number.NEGATIVE_INFINITY;
      const closed = closedTo(server);
      const isWell = (datname: string): boolean => {
        const oid = row(datname)?.oid;
        const seen = databases.get(datname)?.observation.seen === true;
        return sameRun && seen && oid !== undefined && withFiles?.has(oid) === true && !closed.has(datname);
      };
      const order = [...expected].sort((a, b) => lookedAt(a) - lookedAt(b));
      for (const datname of thoseWhoseTurnItIs(order, isWell)) {
        if (urgent()) {
          // Those that are left over were not entered in this run.
          if (!sameRun) run = undefined;
          return;
        }
        await probe(datname, row);
      }
    },
    distrust() {
      run = undefined;
    },
    soon(names, row) {
      for (const datname of expected) if (names.has(datname)) probe(datname, row).catch(failed);
    },
  };
}

/** In so many passes each database that is well is entered once. */
const PASSES_PER_TURN = 6;

/**
 * All that are not well, and the first of the others, so many that each has its turn. A connection is what a server pays
 * for most (a process, caches of its own), and what it would tell of a database that is well is told by the look at the
 * server already: that it is listed, has files, and lets us in. It is entered all the same, for a list can be right about
 * a database that nobody can read.
 */
export function thoseWhoseTurnItIs(
  order: readonly string[],
  isWell: (datname: string) => boolean,
): readonly string[] {
  let turns = Math.ceil(order.length / PASSES_PER_TURN);
  return order.filter((datname) => {
    if (!isWell(datname)) return true;
    turns -= 1;
    return turns >= 0;
  });
}

/** From the start of one server to its end; `undefined` where it cannot be known. */
function runOf(server: Observation<ServerFacts, ConnectReason>): string | undefined {
  if (!server.seen || server.facts.startedAt === undefined) return undefined;
  return `${server.facts.systemIdentifier} ${server.facts.startedAt}`;
}

const closedTo = (server: Observation<ServerFacts, ConnectReason>): ReadonlySet<string> =>
  new Set(
    server.seen
      ? server.facts.statistics.filter(({ mayConnect }) => !mayConnect).map(({ datname }) => datname)
      : [],
  );

/** What an observation says, for telling whether the next one says something else. */
export const answerOf = (look: Observation<unknown, ConnectReason> | undefined): string =>
  look === undefined ? 'nothing yet' : look.seen ? 'seen' : look.reason;
