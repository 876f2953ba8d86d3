import type { BackupLocation, ProofLevel } from './backup.ts';
import type { LastRun } from './backup-run.ts';
import type { Latest } from './observation.ts';
import type { RestoreTests } from './restore-test.ts';
import type { Instant } from './time.ts';

/** Why the backups of a source could not be looked at. */
export const BACKUP_REASONS = [
  'absent', // no such directory, or no such program
  'denied',
  'stuck', // the disk has not answered
  'timeout', // the program has not ended in time, and was killed
  'failed', // the program or the disk says no
  'unreadable', // what is there, or what the program wrote, is not what we know
  'exhausted', // too many helper processes are stuck
] as const;
export type BackupReason = (typeof BACKUP_REASONS)[number];

/** What one look at a source found. Whatever is not a complete backup is not in `series`. */
export interface BackupFacts {
  readonly series: readonly BackupSeries[];
  /** What might be a backup and is not complete: still written, cut off, or without a record. */
  readonly incomplete: number;
  /** Records that cannot be read: what they commit may be a backup, and counts as none. */
  readonly unreadable: number;
}

/** All complete backups of one database in one place. */
export interface BackupSeries {
  /** Empty: each one is of the whole server. */
  readonly datname: string;
  readonly location: BackupLocation;
  readonly newest: NewestBackup;
  /** Median size of the seven before the newest; `undefined` while there are fewer than two. */
  readonly baselineBytes: number | undefined;
  readonly count: number;
  /** When the oldest one was finished. */
  readonly oldestAt: Instant;
  /** When the newest one that passed was finished, by what it passed; a later failure takes it back. */
  readonly verified: Readonly<Partial<Record<ProofLevel, Instant>>>;
}

export interface NewestBackup {
  readonly finishedAt: Instant;
  /** `undefined`: the tool does not say. */
  readonly bytes: number | undefined;
  /** Decimal text, as is the oid; `undefined`: it does not carry one. */
  readonly systemIdentifier: string | undefined;
  readonly oid: string | undefined;
}

/** Everything that is known of the backups of one source. */
export interface BackupView {
  /** Where they are, on a disk that we see; `undefined`: only the tool knows. */
  readonly directory: string | undefined;
  /** `undefined`: not looked yet. */
  readonly backups: Latest<BackupFacts, BackupReason> | undefined;
  /** What is remembered of its runs; `undefined`: pgvigil does not make them, or it cannot be read now. */
  readonly runs: readonly LastRun[] | undefined;
  /** And of its restore tests. */
  readonly tests: readonly RestoreTests[] | undefined;
}
