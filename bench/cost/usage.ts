import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../../test/kit/postgres.ts';
import { median } from '../measure/numbers.ts';
import { cpuSecondsOf, memoryOf } from '../measure/processes.ts';
import { WATCHER } from '../measure/server-with.ts';

/** What a watcher took over a while, with all its processes. */
export interface OwnCost {
  /** Share of one processor. */
  readonly cores: number;
  readonly rssBytes: number;
  readonly pssBytes: number;
  readonly mostPssBytes: number;
}

/** What the server had to do for whoever watches it, per minute. */
export interface ServerCost {
  readonly cpuSeconds: number;
  readonly statements: number;
  readonly connections: number;
}

/** Counts what was done until it is asked. */
export type Meter<Cost> = () => Promise<Cost>;

const SAMPLE_MS = 1_000;

/** Begins to look at a watcher. */
export function meterOf(pid: number): Meter<OwnCost> {
  const startedAt = performance.now();
  const before = cpuSecondsOf(pid);
  const samples: ReturnType<typeof memoryOf>[] = [];
  let stopped = false;
  const sampling = (async () => {
    while (!stopped) {
      samples.push(memoryOf(pid));
      await sleep(SAMPLE_MS);
    }
  })();
  return async () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const cores = (cpuSecondsOf(pid) - before) / seconds;
    stopped = true;
    await sampling;
    return {
      cores,
      rssBytes: median(samples.map(({ rssBytes }) => rssBytes)),
      pssBytes: median(samples.map(({ pssBytes }) => pssBytes)),
      mostPssBytes: Math.max(...samples.map(({ pssBytes }) => pssBytes)),
    };
  };
}

/** Begins to look at a server; what its watcher asks is told from what this asks by the role. */
export async function serverMeterOf(postgres: Postgres): Promise<Meter<ServerCost>> {
  const startedAt = performance.now();
  const before = await countsOf(postgres);
  return async () => {
    const minutes = (performance.now() - startedAt) / 60_000;
    const after = await countsOf(postgres);
    return {
      cpuSeconds: (after.cpuSeconds - before.cpuSeconds) / minutes,
      statements: (after.statements - before.statements) / minutes,
      connections: (after.connections - before.connections) / minutes,
    };
  };
}

async function countsOf(postgres: Postgres): Promise<ServerCost> {
  const cpuSeconds = cpuSecondsOf(postgres.postmasterPid());
  const [row] = await postgres.query(
    `SELECT (SELECT coalesce(sum(calls), 0)::float8 FROM pg_stat_statements WHERE userid = '${WATCHER}'::regrole) AS statements,
      (SELECT sum(sessions)::float8 FROM pg_stat_database) AS connections`,
  );
  return { cpuSeconds, statements: Number(row?.['statements']), connections: Number(row?.['connections']) };
}
