import type { BackupKind, BackupLocation, ProofLevel } from './backup.ts';
import type { LastRun } from './backup-run.ts';
import type { BackupReason } from './backup-view.ts';
import type { RestoreTest } from './restore-test.ts';
import type { Instant } from './time.ts';

/** What is found about the backups of one source. */
export interface BackupSourceVerdict {
  readonly source: string;
  readonly server: string;
  readonly kind: BackupKind;
  /** `undefined`: not looked yet. */
  readonly up: boolean | undefined;
  readonly reason: BackupReason | undefined;
  /** One line for a person. */
  readonly detail: string | undefined;
  readonly lastReadAt: Instant | undefined;
  readonly directory: string | undefined;
  /** Of the filesystem of the directory; `undefined` while it is not known. */
  readonly mountpoint: string | undefined;
  readonly availBytes: number | undefined;
  /** Somewhere else than the root filesystem, which in a container goes away with it. */
  readonly onMount: boolean | undefined;
  /** What is there and counts as no backup; `undefined` while it cannot be read. */
  readonly incomplete: number | undefined;
  readonly unreadable: number | undefined;
  readonly databases: readonly BackupVerdict[];
}

/** The backups of one database by one source. */
export interface BackupVerdict {
  /** Empty: of the whole server. */
  readonly datname: string;
  readonly places: readonly BackupPlaceVerdict[];
  /** The newest one is of the server, and of the database, that are on record. */
  readonly identityMatch: boolean | undefined;
  /** When the newest one that passed was made, by what it passed. */
  readonly verified: Readonly<Partial<Record<ProofLevel, Instant>>>;
  /** The last attempt; `undefined`: there was none, or pgvigil does not make them. */
  readonly run: LastRun | undefined;
  readonly test: RestoreTestVerdict;
}

export interface BackupPlaceVerdict {
  readonly location: BackupLocation;
  /** A newer one is expected; `undefined`: none is. */
  readonly maxAgeMs: number | undefined;
  /** When the newest one was finished; it stays while nobody can look. */
  readonly newestAt: Instant | undefined;
  readonly bytes: number | undefined;
  readonly baselineBytes: number | undefined;
  readonly count: number | undefined;
  readonly oldestAt: Instant | undefined;
}

export interface RestoreTestVerdict {
  /** A newer backup than this is expected to have passed one; `undefined`: nobody tests. */
  readonly maxAgeMs: number | undefined;
  readonly running: boolean;
  readonly last: RestoreTest | undefined;
  /** When one of a copy from there last passed. */
  readonly passedAt: Readonly<Partial<Record<BackupLocation, Instant>>>;
}
