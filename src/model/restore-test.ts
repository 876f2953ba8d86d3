import { BACKUP_LOCATIONS, type BackupLocation } from './backup.ts';
import type { Instant } from './time.ts';

/** `inconclusive`: the surroundings were at fault, and nothing is known of the backup. It never counts as passed. */
export const RESTORE_RESULTS = ['passed', 'failed', 'inconclusive'] as const;

export type RestoreResult = (typeof RESTORE_RESULTS)[number];

/** Why the backup is at fault. */
export const FAILED_REASONS = [
  'manifest', // the record that commits it cannot be read
  'checksum', // other bytes than those that were written
  'archive', // they cannot be decoded to the end
  'restore', // PostgreSQL does not take them
  'content', // what was restored is not what was dumped
  'sql', // a question of the user has another answer
] as const;

/** Why nothing is known. */
export const INCONCLUSIVE_REASONS = [
  'no_backup',
  'fetch', // the copy could not be read or fetched
  'no_space',
  'tools', // PostgreSQL's programs are missing here, or older than the dump
  'extension', // the scratch server lacks one
  'scratch', // it cannot be started or used
  'refused', // it is no scratch server
  'locked', // another test of this source runs
  'deadline',
  'interrupted',
] as const;

export type RestoreReason = (typeof FAILED_REASONS)[number] | (typeof INCONCLUSIVE_REASONS)[number];

/** In their order. */
export const RESTORE_PHASES = [
  'fetch',
  'checksum',
  'archive',
  'prepare',
  'restore',
  'compare',
  'sql',
] as const;

export type RestorePhase = (typeof RESTORE_PHASES)[number];

/** What is looked at, from the cheapest to the dearest. */
export const RESTORE_CHECKS = [
  'checksum',
  'archive',
  'restore',
  'rows',
  'hashes',
  'schema',
  'extensions',
  'migrations',
  'sql',
] as const;

export type RestoreCheck = (typeof RESTORE_CHECKS)[number];

/** `skipped`: not looked at, for what is said beside it. Never the same as passed. */
export type CheckResult = 'passed' | 'failed' | 'skipped';

/** A backup was restored into a throw-away server, or it was tried. */
export interface RestoreTest {
  readonly source: string;
  readonly server: string;
  /** Empty: the source names no database, and none could be found. */
  readonly datname: string;
  readonly location: BackupLocation;
  /** Id of the backup, the stamp of its file; `undefined`: there was none. */
  readonly backup: string | undefined;
  /** The moment the restored data is of. */
  readonly dataAt: Instant | undefined;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly result: RestoreResult;
  readonly reason: RestoreReason | undefined;
  /** One sentence for a person; without secrets. */
  readonly detail: string | undefined;
  /** Seconds; what was not come to is absent. */
  readonly phases: Readonly<Partial<Record<RestorePhase, number>>>;
  readonly checks: Readonly<Partial<Record<RestoreCheck, CheckResult>>>;
  /** What the scratch server held after the restore; `undefined`: it did not come so far. */
  readonly restored: { readonly bytes: number; readonly tables: number; readonly rows: number } | undefined;
  /** Tables that are not as they were; the first of them in `mismatches`. */
  readonly mismatchedTables: number;
  readonly mismatches: readonly TableMismatch[];
}

export interface TableMismatch {
  readonly schema: string;
  readonly name: string;
  /** `content`: as many rows, and not the same ones. */
  readonly what: 'missing' | 'unexpected' | 'rows' | 'content';
  /** `undefined`: there is no such table. */
  readonly expectedRows: number | undefined;
  readonly foundRows: number | undefined;
}

/** A test that has begun. */
export interface RunningTest {
  readonly location: BackupLocation;
  readonly startedAt: Instant;
  /** Who runs it says so again and again; one that has been silent for `SILENT_MS` is dead. */
  readonly aliveAt: Instant;
}

/** What is remembered of the tests of one database of one source. */
export interface RestoreTests {
  readonly source: string;
  readonly server: string;
  readonly datname: string;
  readonly running: RunningTest | undefined;
  /** The last one, by where the copy came from. */
  readonly last: Readonly<Partial<Record<BackupLocation, RestoreTest>>>;
  /** The newest data that passed, by where the copy came from. */
  readonly passed: Readonly<Partial<Record<BackupLocation, PassedTest>>>;
}

export interface PassedTest {
  readonly backup: string;
  readonly dataAt: Instant;
  readonly finishedAt: Instant;
}

/** A database that is being restored is called so until it is whole. */
export const PROVISIONAL_PREFIX = 'pgvigil_restore_';

/** How long a test may be silent; it speaks every 30 s. */
export const SILENT_MS = 180_000;

/**
 * How the last tests stand at `now`, of the copies in these places: the worst one, for a copy that passed does not make
 * another one good. One whose process died is inconclusive.
 */
export function lastTest(
  tests: RestoreTests,
  now: Instant,
  places: readonly BackupLocation[] = BACKUP_LOCATIONS,
): RestoreTest | undefined {
  const { running, last } = tests;
  const hasDied = running !== undefined && !isTesting(tests, now);
  const all = hasDied ? { ...last, [running.location]: diedTest(tests, running) } : last;
  const found = places.flatMap((place) => all[place] ?? []);
  return WORST_FIRST.flatMap((result) => found.find((one) => one.result === result) ?? [])[0];
}

const WORST_FIRST: readonly RestoreResult[] = ['failed', 'inconclusive', 'passed'];

function diedTest({ source, server, datname }: RestoreTests, running: RunningTest): RestoreTest {
  return {
    source,
    server,
    datname,
    location: running.location,
    backup: undefined,
    dataAt: undefined,
    startedAt: running.startedAt,
    finishedAt: running.aliveAt,
    result: 'inconclusive',
    reason: 'interrupted',
    detail: 'it ended without a word: its process was killed, or the machine went down',
    phases: {},
    checks: {},
    restored: undefined,
    mismatchedTables: 0,
    mismatches: [],
  };
}

/** Whether somebody is at it. */
export function isTesting(tests: RestoreTests, now: Instant): boolean {
  return tests.running !== undefined && now - tests.running.aliveAt <= SILENT_MS;
}
