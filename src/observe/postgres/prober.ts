import type { Observation } from '../../model/observation.ts';
import type { ConnectedFacts, DatabaseRow, ServerFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import { type ProbeDeps, probeDatabase, worthProbing } from './probes.ts';
import type { Slot } from './slot.ts';
import type { Tables } from './tables.ts';
import type { ViewStore } from './view.ts';

/** Enters the expected databases, one after the other, keeps what it found, and has their tables counted. */
export interface Prober {
  /** One pass after a look at the server, longest ago first; ends early when `urgent` says so. */
  pass(
    server: Observation<ServerFacts, ConnectReason>,
    row: (datname: string) => DatabaseRow | undefined,
    urgent: () => boolean,
  ): Promise<void>;
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
    await slot.run(async () => {
      const refused = await probeDatabase({ ...deps, row }, datname, (look, session) => {
        keep(datname, look);
        return tables.entered(datname, session);
      });
      if (refused) keep(datname, refused);
    });
  }

  return {
    async pass(server, row, urgent) {
      if (!server.seen && !worthProbing(server.reason)) {
        for (const datname of expected) keep(datname, server);
        return;
      }
      tables.pass();
      const { databases } = store.view();
      const lookedAt = (datname: string): number =>
        databases.get(datname)?.observation.monotonicMs ?? Number.NEGATIVE_INFINITY;
      for (const datname of [...expected].sort((a, b) => lookedAt(a) - lookedAt(b))) {
        if (urgent()) return;
        await probe(datname, row);
      }
    },
    soon(names, row) {
      for (const datname of expected) if (names.has(datname)) probe(datname, row).catch(failed);
    },
  };
}

/** What an observation says, for telling whether the next one says something else. */
export const answerOf = (look: Observation<unknown, ConnectReason> | undefined): string =>
  look === undefined ? 'nothing yet' : look.seen ? 'seen' : look.reason;
