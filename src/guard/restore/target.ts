import type { BackupConnection } from '../../model/backup-source.ts';
import { PROVISIONAL_PREFIX } from '../../model/restore-test.ts';
import type { Clock } from '../../model/time.ts';
import { ConnectFailure, explainFailure } from '../../observe/postgres/failure.ts';
import { SYSTEM_IDENTIFIER } from '../../observe/postgres/queries.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { majorOf } from '../postgres-tools.ts';
import { literal, quoted } from './database-options.ts';
import { scratchSessions } from './sessions.ts';

/** The server that data is brought back to, as it is before. */
export interface TargetNow {
  readonly systemIdentifier: string | undefined;
  readonly major: number;
  /** Of the database that is to hold it. `filled`: somebody's things are in it, and nothing may be done to it. */
  readonly database: 'missing' | 'empty' | 'filled';
  /** Of the roles that were asked for, those that are not there. */
  readonly missingRoles: readonly string[];
}

/** It cannot be reached, or the role may not do what is needed; one line for a person. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** A server for one restore. Every call rejects with a `TargetError`. */
export interface Target {
  look(datname: string, roles: readonly string[]): Promise<TargetNow>;
  run(statement: string): Promise<void>;
  /** The oid of a database as decimal text. */
  oidOf(datname: string): Promise<string>;
  open(datname: string): Promise<Session>;
  close(): Promise<void>;
}

/** Everything that a person may have made, but for what comes with extensions. */
const ANYTHING = `
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
        AND e.objid OPERATOR(pg_catalog.=) c.oid AND e.deptype OPERATOR(pg_catalog.=) 'e'))
  OR EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)`;

/** The way to a server; nothing is connected yet. */
export function openTarget(connection: BackupConnection, clock: Clock, queryMs: number): Target {
  const sessions = scratchSessions(connection, { clock, queryMs });

  async function ask(datname: string, text: string): Promise<readonly (readonly (string | null)[])[]> {
    const session = await sessions.open(datname);
    try {
      return (await session.query({ text })).at(-1) ?? [];
    } finally {
      await session.close();
    }
  }

  return {
    look: (datname, roles) =>
      failing(connection, async () => {
        const { database } = connection;
        const [facts = []] = await ask(database, `SELECT current_setting('server_version')`);
        const oid = await ask(database, `SELECT oid FROM pg_database WHERE datname = ${literal(datname)}`);
        const names = roles.map(literal).join(', ');
        const there =
          roles.length === 0
            ? []
            : await ask(database, `SELECT rolname FROM pg_roles WHERE rolname IN (${names})`);
        const known = new Set(there.map(([name]) => name));
        const [filled = []] = oid.length === 0 ? [] : await ask(datname, ANYTHING);
        return {
          systemIdentifier: await identifier(() => ask(database, SYSTEM_IDENTIFIER.text)),
          major: majorOf(facts[0] ?? '') ?? 0,
          database: oid.length === 0 ? 'missing' : filled[0] === 'f' ? 'empty' : 'filled',
          missingRoles: roles.filter((name) => !name.startsWith('pg_') && !known.has(name)),
        };
      }),
    run: (statement) => failing(connection, () => sessions.once(connection.database, statement)),
    oidOf: (datname) =>
      failing(connection, async () => {
        const rows = await ask(
          connection.database,
          `SELECT oid FROM pg_database WHERE datname = ${literal(datname)}`,
        );
        return rows[0]?.[0] ?? '';
      }),
    open: (datname) => failing(connection, () => sessions.open(datname)),
    close: () => sessions.close(),
  };
}

async function identifier(
  read: () => Promise<readonly (readonly (string | null)[])[]>,
): Promise<string | undefined> {
  try {
    return (await read())[0]?.[0] ?? undefined;
  } catch (error) {
    explainFailure(error);
    return undefined;
  }
}

async function failing<T>({ host, port, user }: BackupConnection, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ConnectFailure && error.sqlstate === '42501')
      throw new TargetError(
        `the role ${user} may not do it: name one that may with --target postgres://OWNER@${host}:${port}/postgres, and its password in PGPASSWORD (SQLSTATE 42501)`,
      );
    throw new TargetError(`${host}:${port}: ${(error as Error).message}`);
  }
}

/** A new name for a database, so that nobody takes one for whole that is not. */
export function provisionalName(nowMs: number, random: string): string {
  return `${PROVISIONAL_PREFIX}${Math.floor(nowMs / 1000)}_${random}`;
}

/** Gives a database its name, once it is whole. */
export const renameSql = (from: string, to: string): string =>
  `ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`;
