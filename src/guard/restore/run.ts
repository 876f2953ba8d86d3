import type { BackupLocation, BackupManifest } from '../../model/backup.ts';
import type {
  CheckResult,
  RestoreCheck,
  RestorePhase,
  RestoreTest,
  TableMismatch,
} from '../../model/restore-test.ts';
import type { Clock } from '../../model/time.ts';
import { ConnectFailure, explainFailure } from '../../observe/postgres/failure.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { type Content, readContent } from '../content.ts';
import { majorOf } from '../postgres-tools.ts';
import { compare } from './compare.ts';
import { type Dump, proveDump } from './prove.ts';
import { putInto } from './put.ts';
import type { Scratch } from './scratch.ts';
import { askSql } from './sql.ts';
import { failed, inconclusive, Verdict } from './verdict.ts';

/** One restore test. */
export interface TestJob {
  readonly source: string;
  readonly server: string;
  readonly datname: string;
  readonly location: BackupLocation;
  readonly jobs: number;
  /** Statements that give one row with one `true`. */
  readonly sql: readonly string[];
  /** Finds the backup, and brings it here where it is somewhere else. Throws a `Verdict`. */
  readonly fetch: (signal: AbortSignal) => Promise<Dump>;
  /** Throws a `Verdict`, or an error of the interlock, which is passed on. */
  readonly openScratch: (dump: Dump) => Promise<Scratch>;
}

export interface TestDeps {
  readonly clock: Clock;
  /** Ends the test: it is inconclusive then. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly progress: (phase: RestorePhase) => void;
}

/** Bytes up to which tables are hashed. To hash costs little beside a restore. */
const EVERY_TABLE = Number.POSITIVE_INFINITY;
const NO_TABLE = -1;
/** More of them tell nothing new. */
const MAX_MISMATCHES = 20;

/** What is known so far: of a test that ends early too. */
interface Findings {
  dump: Dump | undefined;
  readonly phases: Partial<Record<RestorePhase, number>>;
  readonly checks: Partial<Record<RestoreCheck, CheckResult>>;
  restored: RestoreTest['restored'];
  mismatches: readonly TableMismatch[];
  /** The scratch server could not be cleaned up. */
  left: Verdict | undefined;
}

/**
 * Climbs the ladder from the checksum to the comparison, each step only when the one before held, and says what it found.
 * Whatever fails is a result; only an error of the interlock, or a bug, is thrown. The scratch server is ended always.
 */
export async function testRestore(job: TestJob, deps: TestDeps): Promise<RestoreTest> {
  const { clock } = deps;
  const startedAt = clock.now();
  const found: Findings = {
    dump: undefined,
    phases: {},
    checks: {},
    restored: undefined,
    mismatches: [],
    left: undefined,
  };
  let verdict: Verdict | undefined;
  try {
    await climb(job, deps, found);
  } catch (error) {
    if (!(error instanceof Verdict || error instanceof ConnectFailure)) throw error;
    verdict = deps.signal.aborted
      ? inconclusive('interrupted', 'it was told to end')
      : error instanceof Verdict
        ? error
        : inconclusive('scratch', error.message);
  }
  verdict ??= found.left;
  const { dump } = found;
  return {
    source: job.source,
    server: job.server,
    datname: job.datname,
    location: job.location,
    backup: dump?.id,
    dataAt: dump?.dataAt,
    startedAt,
    finishedAt: clock.now(),
    result: verdict?.result ?? 'passed',
    reason: verdict?.reason,
    detail: verdict?.message,
    phases: found.phases,
    checks: found.checks,
    restored: found.restored,
    mismatchedTables: found.mismatches.length,
    mismatches: found.mismatches.slice(0, MAX_MISMATCHES),
  };
}

async function climb(job: TestJob, deps: TestDeps, found: Findings): Promise<void> {
  const { clock, signal } = deps;
  const endsAtMs = clock.monotonic() + deps.deadlineMs;
  const leftMs = (): number => Math.max(1, Math.ceil(endsAtMs - clock.monotonic()));

  async function phase<T>(name: RestorePhase, task: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw inconclusive('interrupted', 'it was told to end');
    if (leftMs() <= 1)
      throw inconclusive('deadline', `it took longer than ${Math.round(deps.deadlineMs / 1000)} s`);
    deps.progress(name);
    const from = clock.monotonic();
    try {
      return await task();
    } finally {
      found.phases[name] = Math.round(clock.monotonic() - from) / 1000;
    }
  }
  async function check<T>(name: RestoreCheck, task: () => Promise<T>): Promise<T> {
    try {
      const value = await task();
      found.checks[name] = 'passed';
      return value;
    } catch (error) {
      if (error instanceof Verdict && error.result === 'failed') found.checks[name] = 'failed';
      throw error;
    }
  }

  const dump = await phase('fetch', () => job.fetch(signal));
  found.dump = dump;
  try {
    const running = (): { deadlineMs: number; signal: AbortSignal } => ({ deadlineMs: leftMs(), signal });
    const { manifest } = dump;
    if (manifest === undefined) found.checks.checksum = 'skipped';
    else await phase('checksum', () => check('checksum', () => proveDump.checksum(dump, signal)));
    await phase('archive', () => check('archive', () => proveDump.archive(dump, running())));
    const scratch = await phase('prepare', () => job.openScratch(dump));
    // A statement that counts for an hour would not hear that it is to end.
    const cut = (): void => void scratch.close().catch(() => {});
    signal.addEventListener('abort', cut, { once: true });
    try {
      const datname = await phase('restore', () =>
        check('restore', () => putInto(scratch, { dump, jobs: job.jobs, running, clock })),
      );
      const session = await scratch.open(datname);
      await phase('compare', () => comparing(session, { scratch, manifest, found }));
      if (job.sql.length === 0) found.checks.sql = 'skipped';
      else await phase('sql', () => check('sql', () => askSql(session, job.sql, leftMs())));
    } finally {
      signal.removeEventListener('abort', cut);
      await closing(scratch, found);
    }
  } finally {
    await dump.release();
  }
}

/** Restored data is data: where it cannot be removed nobody says that all is well. */
async function closing(scratch: Scratch, found: Findings): Promise<void> {
  try {
    await scratch.close();
  } catch (error) {
    found.left = inconclusive('scratch', `the restored data may still be there: ${(error as Error).message}`);
  }
}

async function comparing(
  session: Session,
  {
    scratch,
    manifest,
    found,
  }: {
    readonly scratch: Scratch;
    readonly manifest: BackupManifest | undefined;
    readonly found: Findings;
  },
): Promise<void> {
  const sameMajor = manifest !== undefined && majorOf(manifest.serverVersion) === scratch.major;
  const { content, bytes } = await readRestored(session, sameMajor);
  found.restored = {
    bytes,
    tables: content.tables.length,
    rows: content.tables.reduce((sum, { rows }) => sum + rows, 0),
  };
  if (manifest === undefined) {
    const skipped = ['rows', 'hashes', 'schema', 'extensions', 'migrations'] as const;
    for (const name of skipped) found.checks[name] = 'skipped';
    if (content.tables.length === 0) throw failed('content', 'the restored database has no table');
    return;
  }
  const { checks, mismatches, difference } = compare(manifest, content, { sameMajor });
  Object.assign(found.checks, checks);
  found.mismatches = mismatches;
  if (difference !== undefined) throw failed('content', difference);
}

async function readRestored(
  session: Session,
  hashed: boolean,
): Promise<{ readonly content: Content; readonly bytes: number }> {
  const ask = async (text: string): Promise<readonly (readonly (string | null)[])[]> =>
    (await session.query({ text })).at(-1) ?? [];
  try {
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const content = await readContent(ask, hashed ? EVERY_TABLE : NO_TABLE);
    const size = await ask('SELECT pg_catalog.pg_database_size(pg_catalog.current_database())');
    await ask('COMMIT');
    return { content, bytes: Number(size[0]?.[0]) };
  } catch (error) {
    throw inconclusive('scratch', `the restored data cannot be read: ${explainFailure(error).detail}`);
  }
}
