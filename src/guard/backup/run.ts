import { randomUUID } from 'node:crypto';
import type { OwnBackups } from '../../model/backup-source.ts';
import type { ServerConfig } from '../../model/config.ts';
import type { Clock } from '../../model/time.ts';
import { serverDirectory } from '../../observe/backups/own/layout.ts';
import { selectDatabases } from '../../observe/backups/own/selection.ts';
import { chooseTools, findTools, type PostgresTools } from '../postgres-tools.ts';
import { createClientFiles } from './client-files.ts';
import { checkDestination } from './destination.ts';
import { BACKUP_EXIT, BackupAborted, BackupFailure } from './failure.ts';
import { checkPin, doubts, doubtText, type Remembered } from './identity.ts';
import { backupItems } from './items.ts';
import { type Kept, readKept } from './kept.ts';
import { createRunLedger, type RunLedger } from './ledger.ts';
import { lockDirectory } from './lock.ts';
import { failedItem, type ItemOutcome, outcomeOf, type RunOutcome, runExit } from './outcome.ts';
import { makeDirectories } from './publish.ts';
import { abortedRuns, openRuns, openStateRuns, type RunsBook } from './runs-file.ts';
import { type BackupServer, createBackupServer, type ServerFacts } from './server.ts';
import type { Progress } from './step.ts';
import { warnOfOldTools } from './tool-versions.ts';

/** What a run is told. */
export interface BackupRequest {
  readonly source: OwnBackups;
  readonly server: ServerConfig;
  /** Only these of its databases; `undefined`: all. */
  readonly databases: readonly string[] | undefined;
  readonly stateDirectory: string;
  /** `PATH`, in which programs are looked for first. */
  readonly searchPath: string | undefined;
  /** Of pgvigil. */
  readonly version: string;
  readonly clock: Clock;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Asks whoever else remembers which cluster this is. */
  readonly remembered: () => Promise<readonly Remembered[]>;
  readonly progress: (progress: Progress) => void;
  readonly warn: (text: string) => void;
  /** Takes secrets out of a text. */
  readonly clean: (text: string) => string;
}

/** Makes the backups of one source. Never rejects but for a bug: what goes wrong is in the outcome, and written down. */
export async function runBackup(request: BackupRequest): Promise<RunOutcome> {
  const { source, server, stateDirectory, clock, warn, clean } = request;
  const runId = randomUUID();
  const directory = serverDirectory(source.directory, source.server);
  const inState = once(() => openStateRuns(stateDirectory, source.server));
  const ledgerIn = (...places: readonly (() => Promise<RunsBook>)[]): RunLedger =>
    createRunLedger([...places, inState], {
      source: source.name,
      server: source.server,
      runId,
      clock,
      warn,
      clean,
    });
  const outcome = (items: readonly ItemOutcome[]): RunOutcome => {
    return { runId, source: source.name, server: source.server, exit: runExit(items), items };
  };
  const named = request.databases ?? source.databases ?? server.databases.expect;

  let lock: ReturnType<typeof lockDirectory>;
  try {
    await checkDestination(source);
    await makeDirectories(source.directory, directory);
    lock = lockDirectory(directory, clock);
  } catch (error) {
    const isLocked = error instanceof BackupFailure && error.exit === BACKUP_EXIT.locked;
    const ledger = isLocked ? ledgerIn(once(() => openRuns(directory, 'skipped'))) : ledgerIn();
    return outcome(await failAll(error, ledger, named));
  }
  const inRuns = once(() => openRuns(directory, 'runs'));
  const ledger = ledgerIn(inRuns);
  let known = named;
  try {
    const book = await inRuns();
    await book.write(abortedRuns(book.all(), source.name, clock.now()));
    const kept = await readKept(source.directory, source.server);
    warnOfKept(kept, warn);
    known = request.databases ?? source.databases ?? knownDatabases(server, kept);
    return outcome(await locked(request, { runId, kept, ledger, known }));
  } catch (error) {
    return outcome(await failAll(error, ledger, known));
  } finally {
    lock.release();
  }
}

/** Of each database that is known by name it is written down that it has no backup. */
async function failAll(
  error: unknown,
  ledger: RunLedger,
  known: readonly string[],
): Promise<readonly ItemOutcome[]> {
  const failed = failedItem(outcomeOf({ what: 'run', datname: undefined }), error);
  const items =
    known.length === 0
      ? [failed]
      : known.map((datname): ItemOutcome => ({ ...failed, what: 'database', datname }));
  for (const item of items) await ledger.end(item);
  return items;
}

/** Asks at the first time, and has the answer afterwards; a failure is asked for again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

/** What happens under the lock; a failure of what is common to all databases is one of each. */
async function locked(
  request: BackupRequest,
  run: {
    readonly runId: string;
    readonly kept: Kept;
    readonly ledger: RunLedger;
    readonly known: readonly string[];
  },
): Promise<readonly ItemOutcome[]> {
  const { source, clock, signal, progress, warn, version } = request;
  const server = createBackupServer(source.connection, clock);
  const files = createClientFiles(source.connection);
  try {
    const ready = await prepare(request, server, run.kept).catch((error: unknown) => ({ error }));
    if ('error' in ready) return await failAll(ready.error, run.ledger, run.known);
    const { facts, tools, identityDoubted, chosen } = ready;
    const context = {
      runId: run.runId,
      version,
      source,
      facts,
      tools,
      files,
      server,
      identityDoubted,
      clock,
      signal,
      progress,
      warn,
    };
    return await backupItems(context, chosen, run.kept, run.ledger);
  } finally {
    files.remove();
    await server.stop();
  }
}

interface Ready {
  readonly facts: ServerFacts;
  readonly tools: PostgresTools;
  readonly identityDoubted: boolean;
  readonly chosen: readonly string[];
}

async function prepare(request: BackupRequest, server: BackupServer, kept: Kept): Promise<Ready> {
  const { source, signal, warn } = request;
  const facts = await server.facts();
  checkPin(facts, request.server);
  const tools = await requireTools(request, facts);
  warnOfOldTools(tools, warn);
  const remembered = await request.remembered();
  const doubting = doubts(facts, kept, remembered);
  for (const doubt of doubting) warn(doubtText(facts, doubt));
  const { expect, learn, ignore } = request.server.databases;
  const all = selectDatabases(facts.databases, { named: source.databases, expect, learn, ignore });
  const chosen = request.databases ?? all;
  if (chosen.length === 0)
    throw new BackupFailure(
      BACKUP_EXIT.failed,
      'the server has no database to dump: name those that must be there in `databases.expect`',
    );
  if (signal.aborted) throw new BackupAborted('told to end');
  return { facts, tools, identityDoubted: remembered.some((one) => doubting.includes(one)), chosen };
}

async function requireTools(
  { searchPath, source }: BackupRequest,
  facts: ServerFacts,
): Promise<PostgresTools> {
  const names = ['pg_dump', 'pg_dumpall', 'pg_restore'] as const;
  const physical = source.physical ? (['pg_basebackup', 'pg_verifybackup'] as const) : [];
  const found = await findTools(searchPath, [...names, ...physical]);
  const tools = chooseTools(found, facts.major);
  if (tools !== undefined) return tools;
  const there = found.map(({ version }) => version).join(', ');
  throw new BackupFailure(
    BACKUP_EXIT.tools,
    `the server is PostgreSQL ${facts.version}, and pg_dump must not be older: ${there === '' ? 'there is none here' : `here is ${there}`}; install postgresql-client-${facts.major}`,
  );
}

/** Databases of which somebody would miss the backup. */
function knownDatabases({ databases }: ServerConfig, kept: Kept): readonly string[] {
  const before = kept.dumps
    .map(({ manifest }) => manifest.datname)
    .filter((datname) => !databases.ignore.some((expression) => expression.test(datname)));
  return [...new Set([...databases.expect, ...before])].sort();
}

function warnOfKept(kept: Kept, warn: (text: string) => void): void {
  for (const { path, why } of kept.unreadable)
    warn(
      `the manifest ${path} cannot be read (${why}): nothing is deleted until it is repaired or moved away`,
    );
  for (const path of kept.incomplete)
    warn(`${path} has no manifest, and is no backup: a run was killed before it was done; delete it`);
}
