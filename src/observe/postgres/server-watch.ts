import type { Log } from '../../model/log.ts';
import type { Observation, Seen, Unseen } from '../../model/observation.ts';
import type { CatalogFacts, DatabaseRow, ServerFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import { createCatalogMemory } from './catalog.ts';
import type { ConnectFailure } from './failure.ts';
import type { Kept } from './kept.ts';
import type { MaintenanceTarget } from './maintenance.ts';
import { answerOf, type Prober } from './prober.ts';
import { OWN_LIMIT } from './queries.ts';
import { optionalInteger } from './rows.ts';
import { checkServer, type ServerCheck, type ServerCheckDeps } from './server-check.ts';
import type { Slot } from './slot.ts';
import type { ViewStore } from './view.ts';
import type { Witnesses } from './witnesses.ts';

/** After so many checks at a second choice the first choice gets another chance. */
const RETRY_FIRST_CHOICE = 30;
/** While the server goes down or comes up the kept session is tried again and again; each refusal is cheap. */
const COMING_OR_GOING: readonly ConnectReason[] = ['refused', 'reset', 'starting', 'stopping', 'terminated'];

/** Brings the fresh checks and the kept session together: each tells the other when to look. */
export interface ServerWatch {
  /** One fresh look at the server, then at the expected databases. */
  check(): Promise<void>;
  /** One read of the list of databases through the kept session, where there is one. */
  presence(): Promise<void>;
  catalogSeen(look: Seen<CatalogFacts>): void;
  catalogUnseen(look: Unseen<ConnectReason>): void;
  keptBroke(sqlstate: string | undefined): void;
  /** Where we were let in last, while the server is up. */
  reachable(): MaintenanceTarget | undefined;
  /** The databases to measure: no templates, the expected ones first, at most `limit` beside them. */
  sizable(limit: number): readonly DatabaseRow[];
}

export function createServerWatch(
  deps: Omit<ServerCheckDeps, 'stopping'> & {
    readonly name: string;
    readonly log: Log;
    readonly slot: Slot;
    readonly store: ViewStore;
    readonly kept: Kept;
    readonly prober: Prober;
    readonly witnesses: Witnesses;
    readonly targets: readonly MaintenanceTarget[];
    readonly changed: () => void;
    readonly checkNow: () => void;
    readonly presenceNow: () => void;
    readonly sizesNow: () => void;
    readonly stop: AbortSignal;
  },
): ServerWatch {
  const { name, log, slot, store, kept, prober, witnesses, targets, expected, changed, stop } = deps;
  const catalog = createCatalogMemory();
  let current: MaintenanceTarget | undefined;
  let keepIn: string | undefined;
  let checking = false;
  let urgent = false;
  let checked = 0;
  /** The server was seen to go down; until it answers anything but "not now". */
  let goingDown = false;
  /** What the check under way finds may be older than the end of the kept session, and does not outweigh it. */
  let brokeMeanwhile = false;

  const checkNow = (): void => {
    urgent = true;
    deps.checkNow();
  };

  /** "Not now" is said while starting and while stopping; only a session that still lives tells them apart. */
  async function stopping(failure: ConnectFailure): Promise<boolean> {
    if (failure.sqlstate !== '57P03') goingDown &&= brokeMeanwhile;
    else if (kept.alive() && keepIn !== undefined) {
      await kept.read(keepIn);
      if (kept.alive()) goingDown = true;
    }
    return goingDown;
  }

  function order(): readonly MaintenanceTarget[] {
    checked += 1;
    if (current === undefined || checked % RETRY_FIRST_CHOICE === 0) return targets;
    return [current, ...targets.filter((target) => target !== current)];
  }

  function verdict(connect: Observation<ServerFacts, ConnectReason>): void {
    const before = answerOf(store.view().connect?.observation);
    store.connect(connect);
    if (before === answerOf(connect)) return;
    if (connect.seen) log.info({ server: name, version: connect.facts.version }, 'the server is up');
    else log.warn({ server: name, reason: connect.reason, detail: connect.detail }, 'the server is not up');
    changed();
  }

  /** The kept session may belong to another cluster, or to a run of the server that is over. */
  function keptIsStale(facts: ServerFacts): boolean {
    const origin = kept.origin();
    if (!origin) return false;
    const { systemIdentifier, startedAt } = facts;
    const other = <T>(a: T | undefined, b: T | undefined): boolean =>
      a !== undefined && b !== undefined && a !== b;
    return other(origin.systemIdentifier, systemIdentifier) || other(origin.startedAt, startedAt);
  }

  /** With a single slot for the role, a kept session makes every fresh one fail. */
  async function keptHasTheOnlySlot(): Promise<boolean> {
    const rows = await kept.ask(OWN_LIMIT).catch(() => undefined);
    return optionalInteger(rows?.[0]?.[0]) === 1;
  }

  async function apply({ connect, catalog: list, target }: ServerCheck): Promise<void> {
    verdict(connect);
    if (connect.seen) {
      goingDown &&= brokeMeanwhile;
      current = target;
      const keep = target?.keep && connect.facts.role.connectionLimit !== 1 ? target.database : undefined;
      if (kept.alive() && (keep !== keepIn || keptIsStale(connect.facts))) await kept.close();
      keepIn = keep;
    } else if (connect.reason === 'stopping') await kept.close();
    else if (connect.reason === 'saturated' && (await keptHasTheOnlySlot())) {
      await kept.close();
      checkNow();
    }
    if (kept.alive()) return;
    if (list.seen) catalogSeen(list);
    else if (!connect.seen || keepIn === undefined) catalogUnseen(list);
    if (connect.seen && keepIn !== undefined) deps.presenceNow();
  }

  function catalogSeen(look: Seen<CatalogFacts>): void {
    if (stop.aborted) return;
    const before = store.view().catalog;
    const { facts, changed: names, vanished, replaced } = catalog.accept(look.facts);
    store.catalog({ ...look, facts });
    if (names.size > 0 || replaced || before?.observation.seen !== true) changed();
    if (vanished.size > 0 && before?.lastSeen)
      witnesses.look(vanished, before.lastSeen.monotonicMs - before.lastSeen.tookMs, current);
    if (names.size > 0) prober.soon(names, catalog.row);
    if (replaced) checkNow();
    if (before?.lastSeen === undefined) deps.sizesNow();
  }

  function catalogUnseen(look: Unseen<ConnectReason>): void {
    if (stop.aborted) return;
    const last = store.view().connect?.observation;
    if (look.reason === 'refused') {
      goingDown = false;
      // From "not now" to "nobody there": the next check should not wait for its turn to say so.
      if (last?.seen === false && last.reason !== 'refused' && !checking) checkNow();
    }
    const before = answerOf(store.view().catalog?.observation);
    store.catalog(look);
    if (before !== look.reason) changed();
  }

  function mayReopen(): boolean {
    const last = store.view().connect?.observation;
    return !checking && last !== undefined && (last.seen || COMING_OR_GOING.includes(last.reason));
  }

  return {
    async check() {
      urgent = false;
      checking = true;
      let outcome: ServerCheck;
      try {
        outcome = await slot.run(() => {
          brokeMeanwhile = false;
          return checkServer({ ...deps, stopping }, order(), !kept.alive());
        });
      } finally {
        checking = false;
      }
      if (stop.aborted) return;
      await apply(outcome);
      const { connect, withFiles } = outcome;
      await prober.pass(connect, { row: catalog.row, withFiles }, () => urgent || stop.aborted);
    },
    async presence() {
      if (keepIn === undefined || (!kept.alive() && !mayReopen())) return;
      await kept.read(keepIn);
      const last = store.view().connect?.observation;
      if (kept.alive() && !checking && last?.seen === false && COMING_OR_GOING.includes(last.reason))
        checkNow();
    },
    catalogSeen,
    catalogUnseen,
    keptBroke(sqlstate) {
      if (stop.aborted) return;
      goingDown = sqlstate === '57P01';
      brokeMeanwhile = true;
      log.warn({ server: name, sqlstate }, 'the kept session ended');
      checkNow();
      changed();
    },
    reachable: () => (store.view().connect?.observation.seen ? current : undefined),
    sizable(limit) {
      const rows = catalog.rows().filter((row) => !row.isTemplate);
      const first = rows.filter((row) => expected.includes(row.datname));
      const others = rows.filter((row) => !expected.includes(row.datname));
      return [...first, ...others.slice(0, Math.max(0, limit - first.length))];
    },
  };
}
