import type { BackupConnection } from '../../model/backup-source.ts';
import type { Clock } from '../../model/time.ts';
import { explainFailure } from '../../observe/postgres/failure.ts';
import { SYSTEM_IDENTIFIER } from '../../observe/postgres/queries.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { createClientFiles } from '../backup/client-files.ts';
import { majorOf, type PostgresTools } from '../postgres-tools.ts';
import { quoted } from './database-options.ts';
import { MAINTENANCE, type Scratch } from './scratch.ts';
import { scratchSessions } from './sessions.ts';
import { inconclusive } from './verdict.ts';

/** Every database that a test makes begins so; nothing without it is ever dropped. */
export const TEST_PREFIX = 'pgvigil_rt_';
/** Who has set this for the role or the database says: here is nothing of worth. */
const MARKER = 'pgvigil.scratch';
const READ_MS = 10_000;
const DROP_MS = 60_000;
/** A test takes no longer. */
const LEFTOVER_HOURS = 24;

/** Where it was pointed is no scratch server. Nothing was written to it. */
export class InterlockError extends Error {
  override readonly name = 'InterlockError';
}

/** What a scratch server must not be. */
export interface Interlock {
  /** Every system identifier of a server that holds, or held, data: decimal text. */
  readonly known: ReadonlySet<string>;
  /** One of them is of the server whose backup is tried: where none is, any server may be that one. */
  readonly knowsTested: boolean;
}

/** Why this server must not be written to; `undefined`: it may. */
export function refusal(
  found: { readonly systemIdentifier: string | undefined; readonly marker: string | undefined },
  { known, knowsTested }: Interlock,
): string | undefined {
  const { systemIdentifier, marker } = found;
  if (systemIdentifier === undefined)
    return 'which cluster the scratch server is cannot be read: GRANT EXECUTE ON FUNCTION pg_control_system() to its role';
  if (known.has(systemIdentifier))
    return `the scratch server is the server of the data itself, or one that held it (system identifier ${systemIdentifier}): give it a cluster of its own`;
  if (!knowsTested)
    return 'which cluster the server of the data is, is not known, so the scratch server may be it: start that server, let pgvigil read its identifier, or pin it in the config (identity.system_identifier)';
  if (marker !== 'on')
    return `the scratch server does not say that it is one: ALTER ROLE … SET ${MARKER} = 'on', there, for the role of restore_test.scratch`;
  return undefined;
}

/** Uses a server that somebody else runs. Throws an `InterlockError` before anything is written to it. */
export async function enterGiven(options: {
  readonly connection: BackupConnection;
  readonly interlock: Interlock;
  /** Programs that can read the dump. */
  readonly tools: PostgresTools;
  /** Major version of the server that was dumped: an older one does not take the dump. */
  readonly leastMajor: number;
  readonly deadlineMs: number;
  readonly clock: Clock;
}): Promise<Scratch> {
  const { connection, interlock, tools, clock, deadlineMs } = options;
  const sessions = scratchSessions(connection, { clock, queryMs: deadlineMs });
  const made = new Set<string>();
  let closing: Promise<void> | undefined;
  async function close(forget: () => void): Promise<void> {
    forget();
    try {
      if (made.size > 0) await dropAll([...made], () => sessions.open(connection.database));
    } finally {
      await sessions.close();
    }
  }
  try {
    const session = await sessions.open(connection.database);
    const systemIdentifier = await identifierOf(session);
    const [rows] = await session.query(
      {
        text: `SELECT pg_catalog.current_setting('${MARKER}', true), pg_catalog.current_setting('server_version')`,
      },
      READ_MS,
    );
    const [marker = null, version = null] = rows?.[0] ?? [];
    const why = refusal({ systemIdentifier, marker: marker ?? undefined }, interlock);
    if (why !== undefined) throw new InterlockError(why);
    const major = majorOf(version ?? '');
    if (major === undefined || major < options.leastMajor)
      throw inconclusive(
        'tools',
        `the scratch server is of PostgreSQL ${version}, the dump of ${options.leastMajor}: use one of the same version`,
      );
    await sweep(session);
    await session.close();
    const access = createClientFiles(connection);
    return {
      major,
      tools,
      env: access.env(connection.database),
      async create(datname, statement) {
        await sessions.once(connection.database, statement);
        made.add(datname);
      },
      async remove(datname) {
        await dropAll([datname], () => sessions.open(connection.database));
        made.delete(datname);
      },
      open: (datname) => sessions.open(datname === MAINTENANCE ? connection.database : datname),
      close: () => {
        closing ??= close(access.remove);
        return closing;
      },
    };
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

async function identifierOf(session: Session): Promise<string | undefined> {
  try {
    const [rows] = await session.query(SYSTEM_IDENTIFIER, READ_MS);
    return rows?.[0]?.[0] ?? undefined;
  } catch (error) {
    explainFailure(error);
    return undefined;
  }
}

/** Drops what tests left behind that were killed: by our prefix, and by the time in the name. */
async function sweep(session: Session): Promise<void> {
  const [rows = []] = await session.query(
    {
      text: `SELECT datname FROM pg_catalog.pg_database
        WHERE pg_catalog.starts_with(datname::text, '${TEST_PREFIX}')
        AND pg_catalog.substring(datname::text, '^${TEST_PREFIX}(\\d{10})_') OPERATOR(pg_catalog.<)
          pg_catalog.floor(extract(epoch FROM pg_catalog.now() OPERATOR(pg_catalog.-) interval '${LEFTOVER_HOURS} hours'))::text`,
    },
    READ_MS,
  );
  for (const [name] of rows) if (name != null) await drop(session, name);
}

async function dropAll(names: readonly string[], open: () => Promise<Session>): Promise<void> {
  const session = await open();
  for (const name of names) await drop(session, name);
  await session.close();
}

async function drop(session: Session, name: string): Promise<void> {
  if (!name.startsWith(TEST_PREFIX)) throw new Error('unreachable: only what a test made is dropped');
  try {
    await session.query({ text: 'SET lock_timeout = 0' });
    await session.query({ text: `DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)` }, DROP_MS);
  } catch (error) {
    throw inconclusive('scratch', `the restored data cannot be dropped: ${explainFailure(error).detail}`);
  }
}

/** A name that is not there yet: with the time, so that it is known when it is a leftover. */
export function testDatabase(nowMs: number, random: string): string {
  return `${TEST_PREFIX}${Math.floor(nowMs / 1000)}_${random}`;
}
