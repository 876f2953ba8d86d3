import type { IntervalsMs, ServerConfig, TimeoutsMs } from '../../model/config.ts';
import type { PostgresView } from '../../model/postgres.ts';
import { createCadence } from '../cadence.ts';
import type { NetworkObserverDeps, Observer } from '../observer.ts';
import { createConnections } from './connections.ts';
import { createKept } from './kept.ts';
import { maintenanceTargets } from './maintenance.ts';
import { createProber } from './prober.ts';
import { createServerWatch } from './server-watch.ts';
import { createSizes } from './sizes.ts';
import { createSlot } from './slot.ts';
import { createTables } from './tables.ts';
import { createTally } from './tally.ts';
import { createViewStore } from './view.ts';
import { createWitnesses } from './witnesses.ts';

/** What the observer of a server needs of the configuration. */
export interface PostgresSettings {
  readonly intervals: IntervalsMs;
  readonly timeouts: TimeoutsMs;
  /** Sizes are read of at most so many databases, the expected ones first. */
  readonly maxDatabases: number;
}

/**
 * Watches one PostgreSQL server with at most two connections: a kept one reads the list of databases, a fresh
 * one decides whether the server is up, enters the expected databases, and measures and counts in between.
 */
export function createPostgresObserver(
  server: ServerConfig,
  settings: PostgresSettings,
  deps: NetworkObserverDeps,
): Observer<PostgresView> {
  const { intervals, timeouts } = settings;
  const { clock, log } = deps;
  const expected = server.databases.expect;
  const targets = maintenanceTargets(server);
  const tally = createTally([...new Set([...targets.map((target) => target.database), ...expected])]);
  const stop = new AbortController();
  const changed = (): void => {
    if (!stop.signal.aborted) deps.changed();
  };
  const failed = (error: unknown): void => {
    if (!stop.signal.aborted) log.error({ server: server.name, error }, 'a look at the server went wrong');
  };

  const store = createViewStore(tally);
  const slot = createSlot();
  const connections = createConnections({
    endpoint: server,
    timeouts,
    lookup: deps.lookup,
    tally,
    clock,
    freed: () => checks.kick(),
  });
  const tables = createTables({
    store,
    clock,
    intervalMs: intervals.sizes,
    queryTimeoutMs: timeouts.query,
  });
  const prober = createProber({
    connections,
    tally,
    clock,
    slot,
    store,
    tables,
    changed,
    failed,
    expected,
  });
  const kept = createKept(
    { connections, tally, clock },
    {
      seen: (look) => watch.catalogSeen(look),
      unseen: (look) => watch.catalogUnseen(look),
      broke: (sqlstate) => watch.keptBroke(sqlstate),
    },
  );
  const watch = createServerWatch({
    name: server.name,
    connections,
    tally,
    clock,
    log,
    slot,
    store,
    kept,
    prober,
    witnesses: createWitnesses({
      kept,
      connections,
      slot,
      store,
      clock,
      log,
      changed,
      failed,
      name: server.name,
    }),
    targets,
    expected,
    changed,
    checkNow: () => checks.kick(),
    presenceNow: () => presence.kick(),
    sizesNow: () => sizing.kick(),
    stop: stop.signal,
  });
  const sizes = createSizes({ connections, slot, tally, clock, stop: stop.signal });

  const checks = createCadence({ intervalMs: intervals.connect, task: watch.check, failed, clock });
  const presence = createCadence({ intervalMs: intervals.presence, task: watch.presence, failed, clock });
  const sizing = createCadence({
    intervalMs: intervals.sizes,
    task: async () => {
      const target = watch.reachable();
      if (target === undefined) return;
      await sizes.round(target, watch.sizable(settings.maxDatabases), (look) => store.sizes(look));
    },
    failed,
    clock,
  });

  return {
    start() {
      checks.start();
      presence.start();
      sizing.start();
    },
    view: store.view,
    lookAgain() {
      prober.distrust();
      checks.kick();
    },
    async stop() {
      stop.abort();
      for (const cadence of [checks, presence, sizing]) cadence.stop();
      void kept.close();
      await connections.stop();
    },
  };
}
