import { randomBytes } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../model/time.ts';
import { withDeadline } from '../../observe/deadline.ts';
import { cleanEnvironment, explainEnd, startProgram } from '../../observe/program.ts';
import type { PostgresTools } from '../postgres-tools.ts';
import { quoted } from './database-options.ts';
import type { KeeperOrder, KeeperWord } from './keeper-words.ts';
import { removeLeftover, sweepLeftovers } from './leftovers.ts';
import { MAINTENANCE, type Scratch } from './scratch.ts';
import { scratchSessions } from './sessions.ts';
import { inconclusive } from './verdict.ts';

const USER = 'pgvigil';
/** PostgreSQL refuses to run as root: root lends it this identity (passwd(5), `nobody`). */
const NOBODY = { uid: 65_534, gid: 65_534 };
const PREFIX = 'pgvigil-rt-';
const START_MS = 120_000;
const STOP_MS = 20_000;
/** A restored database needs 1.05 times its size (measured); with the log of changes and room to sort, this. */
const SPACE_FACTOR = 1.3;
const LEAST_BYTES = 256 * 1024 * 1024;

/** Nothing survives a crash, and nobody comes in from outside: it is there for one restore. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '1GB',
  max_replication_slots: '0',
  autovacuum: 'off',
  shared_buffers: '128MB',
  maintenance_work_mem: '128MB',
  max_connections: '40',
  logging_collector: 'off',
  log_min_messages: 'fatal',
  unix_socket_permissions: '0700',
};

/** Makes a server of our own with these programs, on a unix socket only. */
export async function startEmbedded(options: {
  readonly tools: PostgresTools;
  /** `dist/guard/restore/keeper.js`. */
  readonly keeperPath: string;
  readonly isRoot: boolean;
  /** `pg_database_size` of what is restored; `undefined`: not known. */
  readonly databaseBytes: number | undefined;
  readonly deadlineMs: number;
  readonly clock: Clock;
}): Promise<Scratch> {
  const { tools, isRoot, deadlineMs, clock } = options;
  const base = tmpdir();
  sweepLeftovers(base, PREFIX, clock.now());
  checkSpace(base, options.databaseBytes);
  const order: KeeperOrder = {
    directory: join(base, `${PREFIX}${randomBytes(6).toString('hex')}`),
    initdb: [tools.path('initdb'), ...['-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']],
    postgres: [
      tools.path('postgres'),
      ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: cleanEnvironment(),
    ...(isRoot && { identity: NOBODY }),
  };
  const keeper = startProgram([process.execPath, options.keeperPath], {
    env: cleanEnvironment(),
    directory: '/',
    deadlineMs: deadlineMs + START_MS,
    input: 'pipe',
    output: 'pipe',
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    keeper.child?.stdin?.end();
    try {
      await withDeadline('the end of the scratch server', STOP_MS, keeper.ended);
    } finally {
      // The keeper was killed itself.
      if (existsSync(order.directory)) removeLeftover(order.directory);
    }
  };
  try {
    keeper.child?.stdin?.write(`${JSON.stringify(order)}\n`);
    const socket = await withDeadline('the start of a scratch server', START_MS, firstWord(keeper));
    const endpoint = { host: socket, port: 5432, user: USER, password: undefined } as const;
    const tls = { mode: 'disable', ca: undefined, cert: undefined, key: undefined } as const;
    const sessions = scratchSessions({ ...endpoint, tls }, { clock, queryMs: deadlineMs });
    return {
      major: tools.major,
      tools,
      env: cleanEnvironment({ PGHOST: socket, PGUSER: USER, PGDATABASE: MAINTENANCE, HOME: '/nonexistent' }),
      create: (_, statement) => sessions.once(MAINTENANCE, statement),
      remove: (datname) => sessions.once(MAINTENANCE, `DROP DATABASE ${quoted(datname)} WITH (FORCE)`),
      open: (datname) => sessions.open(datname),
      close: () => {
        closing ??= sessions.close().then(close);
        return closing;
      },
    };
  } catch (error) {
    await close().catch(() => {});
    throw inconclusive('scratch', `a scratch server cannot be started: ${(error as Error).message}`);
  }
}

/** The directory of its socket, or why there is none. */
async function firstWord(keeper: ReturnType<typeof startProgram>): Promise<string> {
  const stdout = keeper.child?.stdout;
  if (stdout == null) throw new Error(explainEnd('its keeper', await keeper.ended));
  const lines = createInterface({ input: stdout });
  const line = new Promise<string>((resolve) => lines.once('line', resolve));
  const over = keeper.ended.then((end): never => {
    throw new Error(explainEnd('its keeper', end));
  });
  over.catch(() => {});
  const word = JSON.parse(await Promise.race([line, over])) as KeeperWord;
  lines.close();
  stdout.resume();
  if ('failed' in word) throw new Error(word.failed);
  return word.ready;
}

function checkSpace(directory: string, databaseBytes: number | undefined): void {
  const { bavail, bsize } = statfsSync(directory);
  const there = bavail * bsize;
  const needed = Math.max(LEAST_BYTES, Math.ceil((databaseBytes ?? 0) * SPACE_FACTOR));
  if (there < needed)
    throw inconclusive(
      'no_space',
      `${directory} has ${megabytes(there)} MB free, and a restore needs ${megabytes(needed)} MB: free some, or set TMPDIR to another directory`,
    );
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
