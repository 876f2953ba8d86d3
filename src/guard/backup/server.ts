import type { BackupConnection } from '../../model/backup-source.ts';
import type { Clock } from '../../model/time.ts';
import { createLookup } from '../../observe/lookup.ts';
import { createConnections } from '../../observe/postgres/connections.ts';
import { explainFailure } from '../../observe/postgres/failure.ts';
import type { Row, Session } from '../../observe/postgres/session.ts';
import { createTally } from '../../observe/postgres/tally.ts';
import { majorOf } from '../postgres-tools.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';

const CONNECT_MS = 10_000;
const QUERY_MS = 30_000;
const MAINTENANCE = ['postgres', 'template1'] as const;

export interface ListedDatabase {
  readonly datname: string;
  /** Decimal text. */
  readonly oid: string;
  /** `undefined`: we may not look. */
  readonly bytes: number | undefined;
  readonly isTemplate: boolean;
  readonly allowsConnections: boolean;
}

/** What is asked of a server before anything is dumped. */
export interface ServerFacts {
  readonly systemIdentifier: string;
  /** As PostgreSQL writes it: `15.18`. */
  readonly version: string;
  readonly major: number;
  readonly databases: readonly ListedDatabase[];
  /** Whether our role may read the passwords of roles. */
  readonly readsPasswords: boolean;
}

/** One server, for one run. Every call rejects with a `BackupFailure` when it cannot be reached. */
export interface BackupServer {
  facts(): Promise<ServerFacts>;
  /** A session in this database; the one who opens it closes it. */
  open(datname: string): Promise<Session>;
  stop(): Promise<void>;
}

const FACTS = `SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
  pg_catalog.current_setting('server_version'),
  pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT')`;

const DATABASES = `SELECT datname, oid::text,
  CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') THEN pg_catalog.pg_database_size(oid)::text END,
  datistemplate, datallowconn AND datconnlimit OPERATOR(pg_catalog.<>) -2
  FROM pg_catalog.pg_database`;

/** Makes the way to a server; nothing is connected yet. */
export function createBackupServer(connection: BackupConnection, clock: Clock): BackupServer {
  const connections = createConnections({
    endpoint: connection,
    timeouts: { connect: CONNECT_MS, query: QUERY_MS },
    lookup: createLookup(),
    tally: createTally([]),
    clock,
    freed: () => {},
  });
  const open = (datname: string): Promise<Session> =>
    reaching(datname, () => connections.open(datname, 'server'));

  async function openMaintenance(): Promise<Session> {
    const names = [...new Set([connection.database, ...MAINTENANCE])];
    for (const [index, name] of names.entries()) {
      try {
        return await connections.open(name, 'server');
      } catch (error) {
        const { reason } = explainFailure(error);
        if (index === names.length - 1 || !['no_database', 'permission_denied'].includes(reason)) throw error;
      }
    }
    throw new Error('unreachable: there is a maintenance database to try');
  }

  return {
    open,
    facts: () =>
      reaching(undefined, async () => {
        const session = await openMaintenance();
        try {
          const [facts] = await session.query({ text: FACTS });
          const [databases = []] = await session.query({ text: DATABASES });
          return readFacts(facts?.[0], databases);
        } finally {
          await session.close();
        }
      }),
    stop: () => connections.stop(),
  };
}

function readFacts(facts: Row | undefined, databases: readonly Row[]): ServerFacts {
  const [systemIdentifier, written, readsPasswords] = facts ?? [];
  const version = written?.split(' ')[0] ?? '';
  const major = majorOf(version);
  if (!systemIdentifier || major === undefined)
    throw new BackupFailure(
      BACKUP_EXIT.identity,
      'the system identifier of the server cannot be read, and without it nobody knows what this is a backup of',
    );
  return {
    systemIdentifier,
    version,
    major,
    readsPasswords: readsPasswords === 't',
    databases: databases.map(([datname, oid, bytes, isTemplate, allows]) => ({
      datname: datname ?? '',
      oid: oid ?? '',
      bytes: bytes == null ? undefined : Number(bytes),
      isTemplate: isTemplate === 't',
      allowsConnections: allows === 't',
    })),
  };
}

/** Turns what a connection may throw into the end of a run. */
export async function reaching<T>(datname: string | undefined, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof BackupFailure) throw error;
    const { reason, detail } = explainFailure(error);
    const advice =
      reason === 'no_database' && datname !== undefined
        ? `: the database "${datname}" is gone; \`pgvigil diagnose\` says why, and its backups are kept`
        : '';
    throw new BackupFailure(BACKUP_EXIT.unreachable, `${detail}${advice}`);
  }
}
