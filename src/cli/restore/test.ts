import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { warnOfOldTools } from '../../guard/backup/tool-versions.ts';
import { findTools, majorOf } from '../../guard/postgres-tools.ts';
import { listBackups } from '../../guard/restore/backups.ts';
import { type Candidate, type Chosen, chooseBackup } from '../../guard/restore/choose.ts';
import { foreignDump, ownDump } from '../../guard/restore/dumps.ts';
import { startEmbedded } from '../../guard/restore/embedded.ts';
import { enterGiven } from '../../guard/restore/given.ts';
import { createTestMemory, type TestMemory } from '../../guard/restore/memory.ts';
import { chooseRemote, offsiteCopies } from '../../guard/restore/offsite.ts';
import type { Dump } from '../../guard/restore/prove.ts';
import { testRestore } from '../../guard/restore/run.ts';
import type { Scratch } from '../../guard/restore/scratch.ts';
import { inconclusive, Verdict } from '../../guard/restore/verdict.ts';
import { recordVerification } from '../../guard/restore/verification.ts';
import { scrub } from '../../log.ts';
import type { BackupLocation } from '../../model/backup.ts';
import type { Config } from '../../model/config.ts';
import type { RestorePhase, RestoreTest } from '../../model/restore-test.ts';
import type { Instant } from '../../model/time.ts';
import { serverDirectory } from '../../observe/backups/own/layout.ts';
import type { Io } from '../io.ts';
import { secretsOf } from '../secrets.ts';
import { knownClusters } from './known.ts';
import { type TestableSource, USUAL_TEST } from './sources.ts';

/** One test that is to be run. */
export interface TestOrder {
  readonly source: TestableSource;
  readonly datname: string;
  readonly location: BackupLocation;
  /** Of a backup; of a `files` source the path of a file. */
  readonly backup: string | undefined;
}

/** What every program of PostgreSQL is needed for that a test uses. */
const NEEDED = ['pg_restore', 'psql', 'initdb', 'postgres'] as const;
/** On another server these two are enough. */
const NEEDED_OF_CLIENT = ['pg_restore', 'psql'] as const;
const ALIVE_MS = 30_000;

/**
 * Runs one test and writes down what came of it, in its memory and in the manifest; where it cannot begin, for another
 * one runs or nothing can be written, that is its result, and is not remembered. Throws only what is no result.
 */
export async function runTest(
  io: Io,
  config: Config,
  order: TestOrder,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (phase: RestorePhase) => void },
): Promise<RestoreTest> {
  const { source, datname, location } = order;
  const { clock } = io;
  const test = source.restoreTest ?? USUAL_TEST;
  const key = { source: source.name, server: source.server, datname };
  const memory = createTestMemory(memoryDirectory(config, source), clock);
  // The last words of restic or rclone may hold what they were given.
  const clean = (text: string): string => scrub(text, secretsOf(config));
  const tools = await findTools(io.env['PATH'], test.scratch === 'embedded' ? NEEDED : NEEDED_OF_CLIENT);
  let chosen: Chosen | undefined;

  async function fetch(): Promise<Dump> {
    if (source.kind === 'files') {
      const datnames = config.servers.flatMap(({ databases }) => databases.expect);
      return foreignDump(source, { datname, datnames, file: order.backup }, tools);
    }
    if (location === 'local') {
      chosen = chooseBackup(listed(source.directory, key), order.backup);
      return ownDump(chosen, tools);
    }
    if (source.offsite === undefined)
      throw inconclusive('no_backup', `${source.name} has no \`offsite\` in the config`);
    const running = { deadlineMs: test.deadlineMs, signal };
    const copies = offsiteCopies(source.offsite, key, running);
    const fetched = await copies.fetch(chooseRemote(await copies.list(), order.backup));
    // Its proof is written where the copy beside it is, which may be gone.
    const { id, systemIdentifier } = fetched.chosen;
    chosen = listed(source.directory, key).find(
      (one): one is Chosen =>
        one.id === id && one.systemIdentifier === systemIdentifier && isWhole(one.state),
    );
    return { ...ownDump(fetched.chosen, tools), release: fetched.release };
  }

  try {
    begin(memory, order);
  } catch (error) {
    if (error instanceof Verdict) return notTried(order, clock.now(), error);
    throw error;
  }
  const heart = setInterval(() => quietly(io, () => memory.alive(key)), ALIVE_MS);
  let result: RestoreTest;
  try {
    const found = await testRestore(
      {
        ...key,
        location,
        jobs: test.jobs,
        sql: test.sql,
        fetch,
        openScratch: (dump) => {
          warnOfOldTools(dump.tools, (text) => io.err(`pgvigil: warning: ${text}\n`));
          return openScratch(io, config, { dump, test, server: source.server });
        },
      },
      { clock, signal, deadlineMs: test.deadlineMs, progress },
    );
    result = { ...found, detail: found.detail && clean(found.detail) };
  } catch (error) {
    clearInterval(heart);
    const message = clean((error as Error).message);
    quietly(io, () => memory.end(notTried(order, clock.now(), { reason: 'refused', message })));
    throw error;
  }
  clearInterval(heart);
  quietly(io, () => memory.end(result));
  if (chosen !== undefined && result.result !== 'inconclusive') {
    const { finishedAt: at, result: verdict, reason, detail } = result;
    const why = detail === undefined ? reason : `${reason}: ${detail}`;
    const proof = { level: 'restore', at, result: verdict, reason: why, location } as const;
    await recordVerification(chosen, proof).catch((error: Error) => lost(io, error));
  }
  return result;
}

const isWhole = (state: Candidate['state']): boolean => typeof state === 'object' && 'tables' in state;

async function openScratch(
  io: Io,
  config: Config,
  { dump, test, server }: { readonly dump: Dump; readonly test: typeof USUAL_TEST; readonly server: string },
): Promise<Scratch> {
  const { clock, isRoot } = io;
  const common = { tools: dump.tools, deadlineMs: test.deadlineMs, clock };
  const { scratch } = test;
  if (scratch === 'embedded') {
    const keeperPath = fileURLToPath(new URL('../../guard/restore/keeper.js', import.meta.url));
    return startEmbedded({ ...common, keeperPath, isRoot, databaseBytes: dump.manifest?.databaseBytes });
  }
  const leastMajor = majorOf(dump.manifest?.serverVersion ?? '') ?? 1;
  const clusters = await knownClusters(config, clock);
  const ofDump = dump.manifest === undefined ? [] : [dump.manifest.systemIdentifier];
  const interlock = {
    known: new Set([...[...clusters.values()].flatMap((ids) => [...ids]), ...ofDump]),
    knowsTested: clusters.has(server) || ofDump.length > 0,
  };
  return enterGiven({ ...common, connection: scratch, interlock, leastMajor });
}

/** Beside the backups; where somebody else makes them, with what pgvigil remembers. */
export function memoryDirectory({ state }: Pick<Config, 'state'>, source: TestableSource): string {
  return source.kind === 'pgvigil' ? serverDirectory(source.directory, source.server) : state.directory;
}

function listed(directory: string, key: { readonly server: string; readonly datname: string }) {
  try {
    return listBackups(directory, key);
  } catch (error) {
    throw inconclusive('fetch', `the backups cannot be listed: ${(error as Error).message}`);
  }
}

/** Without a memory nobody would hear of the test; a disk that cannot be written is told at once. */
function begin(memory: TestMemory, { source, datname, location }: TestOrder): void {
  // To make it would make a missing mount look like an empty directory.
  if (source.kind === 'pgvigil' && !existsSync(source.directory))
    throw inconclusive('no_backup', `there is no ${source.directory}: is it mounted?`);
  try {
    memory.begin({ source: source.name, server: source.server, datname }, location);
  } catch (error) {
    if (error instanceof Verdict) throw error;
    throw inconclusive('fetch', `nothing can be written beside the backups: ${(error as Error).message}`);
  }
}

/** The result of a test that could not begin. */
export function notTried(
  { source, datname, location }: Omit<TestOrder, 'backup'>,
  at: Instant,
  { reason, message }: Pick<Verdict, 'reason' | 'message'>,
): RestoreTest {
  return {
    source: source.name,
    server: source.server,
    datname,
    location,
    backup: undefined,
    dataAt: undefined,
    startedAt: at,
    finishedAt: at,
    result: 'inconclusive',
    reason,
    detail: message,
    phases: {},
    checks: {},
    restored: undefined,
    mismatchedTables: 0,
    mismatches: [],
  };
}

/** What came of a test stands, also where it could not be written down. */
function quietly(io: Pick<Io, 'err'>, write: () => void): void {
  try {
    write();
  } catch (error) {
    lost(io, error as Error);
  }
}

function lost(io: Pick<Io, 'err'>, { message }: Error): void {
  io.err(`pgvigil: warning: the result cannot be written down: ${message}\n`);
}
