import type { Instant } from './time.ts';

/** How the backup of one database ended. `running`: it is, or the one that made it was killed. */
export const RUN_RESULTS = [
  'success',
  'failed',
  'skipped_locked',
  'skipped_space',
  'refused_identity',
  'aborted',
] as const;

export type RunResult = (typeof RUN_RESULTS)[number];

export const RUN_PHASES = ['snapshot', 'dump', 'check', 'publish', 'offsite', 'prune'] as const;

export type RunPhase = (typeof RUN_PHASES)[number];

/** Why nothing is deleted. */
export const HOLD_REASONS = [
  'manual',
  'clock_moved_back',
  'identity_changed',
  'newest_not_verified',
  'size_halved',
  'rows_lost',
  'table_vanished',
  'unreadable_manifest',
] as const;

export type HoldReason = (typeof HOLD_REASONS)[number];

/** The last attempt of a source to make a backup of one database. */
export interface LastRun {
  readonly source: string;
  readonly server: string;
  /** `undefined`: of the server as a whole (globals, physical copy), or before any database was known. */
  readonly datname: string | undefined;
  readonly runId: string;
  readonly startedAt: Instant;
  /** `undefined` while it runs. */
  readonly finishedAt: Instant | undefined;
  readonly result: RunResult | 'running';
  /** How the one before it ended; `undefined`: there was none. */
  readonly resultBefore: RunResult | undefined;
  /** 0 to 19, as `pgvigil backup` ends. */
  readonly exitCode: number | undefined;
  /** What went wrong, one line without secrets. */
  readonly message: string | undefined;
  readonly phasesMs: Readonly<Partial<Record<RunPhase, number>>>;
  /** Of the dump. */
  readonly bytes: number | undefined;
  /** When the newest one that is good was finished, here and somewhere else. */
  readonly succeededAt: Instant | undefined;
  readonly offsiteAt: Instant | undefined;
  readonly held: readonly HoldReason[];
  /** Deleted, since counting began. */
  readonly pruned: number;
  /** How often each result came, since counting began. */
  readonly totals: Readonly<Record<RunResult, number>>;
}
