import { lookup } from 'node:dns';
import type { ServerConfig } from '../../src/model/config.ts';
import type { PostgresView } from '../../src/model/postgres.ts';
import type { ConnectReason } from '../../src/model/reason.ts';
import type { Clock } from '../../src/model/time.ts';
import { createPostgresObserver, type PostgresSettings } from '../../src/observe/postgres/observer.ts';

export const REAL_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** An observer under test, with everything it said. */
export interface Watched {
  view(): PostgresView;
  /** `seen`, a reason, or `nothing yet`. */
  server(): string;
  catalog(): string;
  database(datname: string): string;
  names(): readonly string[];
  oid(datname: string): number | undefined;
  changes(): number;
  logged(): string;
  /** Waits until `condition` holds and returns how long it took; throws with the view when it does not. */
  until(condition: () => boolean, withinMs?: number): Promise<number>;
  /** Stops the observer and returns how long that took. */
  stop(): Promise<number>;
}

export interface WatchOptions {
  readonly presence?: number;
  readonly connect?: number;
  readonly sizes?: number;
  readonly connectTimeout?: number;
  readonly queryTimeout?: number;
}

/** Starts an observer with quick intervals on a server. */
export function watchPostgres(server: ServerConfig, options: WatchOptions = {}): Watched {
  const settings: PostgresSettings = {
    intervals: {
      presence: options.presence ?? 200,
      connect: options.connect ?? 500,
      docker: 1000,
      filesystems: 1000,
      sizes: options.sizes ?? 60_000,
      backups: 1000,
    },
    timeouts: {
      connect: options.connectTimeout ?? 1000,
      query: options.queryTimeout ?? 1000,
      docker: 1000,
      filesystem: 1000,
    },
    maxDatabases: 1000,
  };
  let changes = 0;
  const lines: string[] = [];
  const write = (facts: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(facts)} ${String(Object.values(facts).join(' '))}`);
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const observer = createPostgresObserver(server, settings, {
    clock: REAL_CLOCK,
    log,
    lookup,
    changed: () => {
      changes += 1;
    },
  });
  observer.start();
  const view = observer.view;
  const answer = (look: { seen: boolean; reason?: ConnectReason } | undefined): string =>
    look === undefined ? 'nothing yet' : (look.reason ?? 'seen');
  const rows = () => {
    const look = view().catalog?.observation;
    return look?.seen ? look.facts.databases : [];
  };
  return {
    view,
    server: () => answer(view().connect?.observation),
    catalog: () => answer(view().catalog?.observation),
    database: (datname) => answer(view().databases.get(datname)?.observation),
    names: () => rows().map((row) => row.datname),
    oid: (datname) => rows().find((row) => row.datname === datname)?.oid,
    changes: () => changes,
    logged: () => lines.join('\n'),
    async until(condition, withinMs = 5000) {
      const startedAt = performance.now();
      while (!condition()) {
        if (performance.now() - startedAt > withinMs) {
          const { connect, catalog, databases } = view();
          const said = [connect?.observation, catalog?.observation, ...databases.values()];
          throw new Error(`not within ${withinMs} ms: ${JSON.stringify(said, null, 1)}\n${lines.join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return performance.now() - startedAt;
    },
    async stop() {
      const startedAt = performance.now();
      await observer.stop();
      return performance.now() - startedAt;
    },
  };
}
