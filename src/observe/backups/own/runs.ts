import {
  HOLD_REASONS,
  type LastRun,
  RUN_PHASES,
  RUN_RESULTS,
  type RunPhase,
  type RunResult,
} from '../../../model/backup-run.ts';
import { list, oneOf, optional, type Reader, record, text } from '../../../model/readers.ts';
import { count, decodeWith, encode, iso, schemaOne, time } from './readers.ts';

/** The last run of each database of each source. */
export function encodeRuns(runs: readonly LastRun[]): string {
  return encode({
    schema: 1,
    runs: runs.map(({ startedAt, finishedAt, succeededAt, offsiteAt, ...run }) => ({
      ...run,
      startedAt: iso(startedAt),
      ...(finishedAt !== undefined && { finishedAt: iso(finishedAt) }),
      ...(succeededAt !== undefined && { succeededAt: iso(succeededAt) }),
      ...(offsiteAt !== undefined && { offsiteAt: iso(offsiteAt) }),
    })),
  });
}

/** Throws a `ManifestError` for everything that is not whole. */
export function decodeRuns(source: string): readonly LastRun[] {
  return decodeWith(source, readRuns).runs;
}

/** What is known of one database when several files tell of it: the newest attempt, the newest success, all counts. */
export function mergeRuns(...files: readonly (readonly LastRun[])[]): readonly LastRun[] {
  const merged = new Map<string, LastRun>();
  for (const run of files.flat()) {
    const key = runKey(run);
    const other = merged.get(key);
    merged.set(key, other === undefined ? run : merge(other, run));
  }
  return [...merged.values()];
}

/** What a run is of. */
export function runKey({ source, server, datname }: Pick<LastRun, 'source' | 'server' | 'datname'>): string {
  return JSON.stringify([source, server, datname ?? null]);
}

function merge(one: LastRun, other: LastRun): LastRun {
  const [older, newer] = other.startedAt > one.startedAt ? [one, other] : [other, one];
  const told = isBeside(newer, older) ? older : newer;
  return {
    ...told,
    // One that was locked out has not looked at what may be deleted.
    held: told.result === 'skipped_locked' ? older.held : told.held,
    succeededAt: latest(one.succeededAt, other.succeededAt),
    offsiteAt: latest(one.offsiteAt, other.offsiteAt),
    pruned: one.pruned + other.pruned,
    totals: addTotals(one.totals, other.totals),
  };
}

/** Whether a run found it locked while the other one was at it: the other one is how it went. */
function isBeside(run: LastRun, other: LastRun): boolean {
  return (
    run.result === 'skipped_locked' && (other.finishedAt === undefined || other.finishedAt >= run.startedAt)
  );
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** What is known of a run that says it is under way, and is not. */
export const KILLED = {
  result: 'aborted',
  message: 'it ended without a word: its process was killed, or the machine went down',
} as const;

/** No run yet: every result at 0. */
export const NO_TOTALS = Object.fromEntries(RUN_RESULTS.map((result) => [result, 0])) as Record<
  RunResult,
  number
>;

function addTotals(one: LastRun['totals'], other: LastRun['totals']): LastRun['totals'] {
  const sums = RUN_RESULTS.map((result) => [result, one[result] + other[result]]);
  return Object.fromEntries(sums) as Record<RunResult, number>;
}

const totals = record(
  Object.fromEntries(RUN_RESULTS.map((result) => [result, count])) as Record<RunResult, Reader<number>>,
);
const phasesMs = record(
  Object.fromEntries(RUN_PHASES.map((phase) => [phase, optional(count)])) as Record<
    RunPhase,
    Reader<number | undefined>
  >,
);

const phases: Reader<LastRun['phasesMs']> = (value, path) => {
  const given = Object.entries(phasesMs(value, path)).filter(([, ms]) => ms !== undefined);
  return Object.fromEntries(given) as LastRun['phasesMs'];
};

const readRuns = record<{ readonly schema: 1; readonly runs: readonly LastRun[] }>({
  schema: schemaOne,
  runs: list(
    record<LastRun>({
      source: text,
      server: text,
      datname: optional(text),
      runId: text,
      startedAt: time,
      finishedAt: optional(time),
      result: oneOf(...RUN_RESULTS, 'running'),
      resultBefore: optional(oneOf(...RUN_RESULTS)),
      exitCode: optional(count),
      message: optional(text),
      phasesMs: phases,
      bytes: optional(count),
      succeededAt: optional(time),
      offsiteAt: optional(time),
      held: list(oneOf(...HOLD_REASONS)),
      pruned: count,
      totals,
    }),
  ),
});
