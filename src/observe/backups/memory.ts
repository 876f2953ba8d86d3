import { join } from 'node:path';
import type { LastRun } from '../../model/backup-run.ts';
import type { BackupSource } from '../../model/backup-source.ts';
import type { RestoreTests } from '../../model/restore-test.ts';
import { ListingError } from './copy.ts';
import type { BackupDisk } from './disk.ts';
import { RUNS_FILE, SKIPPED_FILE, serverDirectory, stateRunsName } from './own/layout.ts';
import { ManifestError } from './own/readers.ts';
import { decodeRuns, mergeRuns } from './own/runs.ts';
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
 * destination could not be used. Never rejects; what cannot be read is never "nothing".
 */
export async function readWork(
  source: BackupSource,
  disk: BackupDisk,
  stateDirectory: string,
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
  const runs = [
    runsIn(beside, RUNS_FILE),
    runsIn(beside, SKIPPED_FILE),
    runsIn(stateDirectory, stateRunsName(server)),
  ];
  return {
    runs: await readable(Promise.all(runs).then((all) => mergeRuns(...all))),
    tests: await readable(testsIn(beside)),
  };
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
