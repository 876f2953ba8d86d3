import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LastRun, RunResult } from '../../model/backup-run.ts';
import { RUNS_FILE, SKIPPED_FILE, stateRunsName } from '../../observe/backups/own/layout.ts';
import { ManifestError } from '../../observe/backups/own/readers.ts';
import { decodeRuns, encodeRuns, KILLED, NO_TOTALS, runKey } from '../../observe/backups/own/runs.ts';
import { writeDurably } from './publish.ts';

/** Where the last runs of a server are written down. */
export interface RunsBook {
  /** Replaces what is known of these runs. */
  write(runs: readonly LastRun[]): Promise<void>;
  /** What is known of a run of this source and database; counting begins with it otherwise. */
  previous(of: Pick<LastRun, 'source' | 'server' | 'datname'>): LastRun | undefined;
  /** All that is known. */
  all(): readonly LastRun[];
}

/** `runs`: under the lock of the directory; `skipped`: by a run that did not get it. */
export async function openRuns(directory: string, which: 'runs' | 'skipped'): Promise<RunsBook> {
  return open(directory, which === 'runs' ? RUNS_FILE : SKIPPED_FILE);
}

/** The same in the state directory, which is made where it is missing. */
export async function openStateRuns(stateDirectory: string, server: string): Promise<RunsBook> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  return open(stateDirectory, stateRunsName(server));
}

async function open(directory: string, name: string): Promise<RunsBook> {
  let known = new Map((await load(join(directory, name))).map((run) => [runKey(run), run]));
  return {
    async write(runs) {
      known = new Map([...known, ...runs.map((run) => [runKey(run), run] as const)]);
      await writeDurably(directory, name, encodeRuns([...known.values()]));
    },
    previous: (of) => known.get(runKey(of)),
    all: () => [...known.values()],
  };
}

/** One that cannot be read is begun anew: it holds no backup. */
async function load(path: string): Promise<readonly LastRun[]> {
  try {
    return decodeRuns(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof ManifestError || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** How a run that begins is written down. */
export function begunRun(
  of: Pick<LastRun, 'source' | 'server' | 'datname' | 'runId' | 'startedAt'>,
  previous: LastRun | undefined,
): LastRun {
  return {
    ...of,
    finishedAt: undefined,
    result: 'running',
    resultBefore: previous?.result === 'running' ? previous.resultBefore : previous?.result,
    exitCode: undefined,
    message: undefined,
    phasesMs: {},
    bytes: undefined,
    succeededAt: previous?.succeededAt,
    offsiteAt: previous?.offsiteAt,
    held: previous?.held ?? [],
    pruned: previous?.pruned ?? 0,
    totals: previous?.totals ?? NO_TOTALS,
  };
}

/** The same when it is over, counted. */
export function endedRun(
  run: LastRun,
  end: Partial<LastRun> & { readonly result: RunResult; readonly finishedAt: number },
): LastRun {
  const totals = { ...run.totals, [end.result]: run.totals[end.result] + 1 };
  return { ...run, ...end, totals };
}

/** Those that say they run, and do not, for the lock is ours: whoever made them was killed. */
export function abortedRuns(runs: readonly LastRun[], source: string, now: number): readonly LastRun[] {
  return runs
    .filter((run) => run.source === source && run.result === 'running')
    .map((run) => endedRun(run, { ...KILLED, finishedAt: Math.max(now, run.startedAt) }));
}
