import { join } from 'node:path';
import type { LastRun } from '../../model/backup-run.ts';
import type { BackupSource } from '../../model/backup-source.ts';
import type { RestoreTests } from '../../model/restore-test.ts';
import type { Instant } from '../../model/time.ts';
import { ListingError } from './copy.ts';
import type { BackupDisk } from './disk.ts';
import {
  LOCK_FILE,
  LOCK_SILENT_MS,
  RUNS_FILE,
  SKIPPED_FILE,
  serverDirectory,
  stateRunsName,
} from './own/layout.ts';
import { ManifestError } from './own/readers.ts';
import { decodeRuns, KILLED, mergeRuns } from './own/runs.ts';
import { decodeTests, TESTS_FILE, TestsError } from './own/tests.ts';

/** What pgvigil remembers of its own work with the backups of a source; `undefined`: it cannot be read now. */
export interface RememberedWork {
  readonly runs: readonly LastRun[] | undefined;
  readonly tests: readonly RestoreTests[] | undefined;
}

/** A file with more bytes is none of ours. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads what runs and restore tests have left: beside the backups, and in the state directory, where a run writes whose
 * destination could not be used. A run that was killed is `aborted`. Never rejects; what cannot be read is never "nothing".
 */
export async function readWork(
  source: BackupSource,
  disk: BackupDisk,
  stateDirectory: string,
  now: Instant,
): Promise<RememberedWork> {
  const { name, server } = source;
  const isOurs = (one: { readonly source: string; readonly server: string }): boolean =>
    one.source === name && one.server === server;
  const textOf = async (directory: string, file: string): Promise<string | undefined> => {
    const bytes = await disk.beginning(join(directory, file), MAX_BYTES);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  };
  const runsIn = async (directory: string, file: string): Promise<readonly LastRun[]> => {
    const text = await textOf(directory, file);
    return text === undefined ? [] : decodeRuns(text).filter(isOurs);
  };
  const testsIn = async (directory: string): Promise<readonly RestoreTests[]> => {
    const text = await textOf(directory, TESTS_FILE);
    return text === undefined ? [] : decodeTests(text).filter(isOurs);
  };
  if (source.kind !== 'pgvigil') return { runs: [], tests: await readable(testsIn(stateDirectory)) };
  const beside = serverDirectory(source.directory, server);
  const runs = async (): Promise<readonly LastRun[]> =>
    mergeRuns(
      ...(await Promise.all([
        runsIn(beside, RUNS_FILE),
        runsIn(beside, SKIPPED_FILE),
        runsIn(stateDirectory, stateRunsName(server)),
      ])),
    );
  return {
    runs: await readable(withKilled(runs, () => isLocked(disk, beside, now))),
    tests: await readable(testsIn(beside)),
  };
}

/** A run that is under way holds the lock, and gives it back after its last word: without one, that is looked for again. */
async function withKilled(
  read: () => Promise<readonly LastRun[]>,
  isUnderWay: () => Promise<boolean>,
): Promise<readonly LastRun[]> {
  const runs = await read();
  const running = new Set(runs.filter(({ result }) => result === 'running').map(({ runId }) => runId));
  if (running.size === 0 || (await isUnderWay())) return runs;
  return (await read()).map((run) =>
    run.result === 'running' && running.has(run.runId) ? { ...run, ...KILLED } : run,
  );
}

/** Where nobody can look, a run is what it says. */
async function isLocked(disk: BackupDisk, directory: string, now: Instant): Promise<boolean> {
  try {
    const lock = (await disk.tree(directory, 0)).find(({ path }) => path === LOCK_FILE);
    return lock !== undefined && now - lock.modifiedMs <= LOCK_SILENT_MS;
  } catch (error) {
    if (error instanceof ListingError) return true;
    throw error;
  }
}

async function readable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    const isKnown =
      error instanceof ManifestError || error instanceof TestsError || error instanceof ListingError;
    if (isKnown) return undefined;
    throw error;
  }
}
