import type { BackupManifest } from '../../model/backup.ts';
import { failed, inconclusive } from './verdict.ts';

/** A backup in the directory of a database, whole or not. */
export interface Candidate {
  /** The stamp of its files. */
  readonly id: string;
  readonly systemIdentifier: string;
  readonly directory: string;
  readonly dataPath: string;
  readonly manifestName: string;
  /** Its manifest; `uncommitted`: it has none, and never became a backup; `no_data`: the manifest alone is left. */
  readonly state: BackupManifest | { readonly unreadable: string } | 'uncommitted' | 'no_data';
}

/** A backup that is there and says what it holds. */
export interface Chosen extends Candidate {
  readonly state: BackupManifest;
}

/**
 * The backup with this id (`STAMP`, or `SYSTEM_IDENTIFIER/STAMP`), or the newest one. What has no manifest is no
 * backup and is passed over; what has a broken one is a broken backup. Throws a `Verdict`.
 */
export function chooseBackup(candidates: readonly Candidate[], id: string | undefined): Chosen {
  const newest = candidates.findLast((one) => one.state !== 'uncommitted');
  const found = id === undefined ? newest : candidates.findLast((one) => isCalled(one, id));
  if (found === undefined)
    throw inconclusive('no_backup', id === undefined ? nothing(candidates) : `there is no backup ${id}`);
  const { state } = found;
  if (state === 'uncommitted')
    throw inconclusive(
      'no_backup',
      `${found.dataPath} has no manifest: the run that wrote it did not come to its end`,
    );
  if (state === 'no_data') throw failed('checksum', `${found.dataPath} is gone, its manifest alone is left`);
  if ('unreadable' in state)
    throw failed('manifest', `${found.directory}/${found.manifestName}: ${state.unreadable}`);
  return { ...found, state };
}

const isCalled = ({ id, systemIdentifier }: Candidate, wanted: string): boolean =>
  wanted === id || wanted === `${systemIdentifier}/${id}`;

function nothing(candidates: readonly Candidate[]): string {
  return candidates.length === 0
    ? 'there is no backup'
    : `there is no backup, only ${candidates.length} of runs that did not come to their end`;
}
