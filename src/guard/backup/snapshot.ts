import type { Clock, Instant } from '../../model/time.ts';
import { explainFailure } from '../../observe/postgres/failure.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { type Ask, type Content, readContent } from '../content.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';

/** A wait for a lock would hold back everybody who waits behind us. */
const LOCK_WAIT_MS = 60_000;
/** The server ends the snapshot by itself so long after the deadline: we may hang on a disk, and it holds vacuum back. */
const IDLE_SPARE_MS = 60_000;
/** "pgvg", and 1: the backup of a database. */
const LOCK = [0x70_67_76_67, 1] as const;

/** What was seen in one transaction, and dumps see too. */
export interface Snapshot {
  /** For `pg_dump --snapshot`; good as long as the session is in its transaction. */
  readonly id: string;
  readonly at: Instant;
  readonly oid: string;
  readonly systemIdentifier: string;
  readonly content: Content;
  /** Owners and grantees. */
  readonly roles: readonly string[];
}

/** Takes the lock of this database, which the server gives back when we die; throws when somebody else has it. */
export async function lockDatabase(session: Session, datname: string): Promise<void> {
  const [rows] = await session.query({
    text: `SELECT pg_catalog.pg_try_advisory_lock(${LOCK[0]}, ${LOCK[1]})`,
  });
  if (rows?.[0]?.[0] !== 't')
    throw new BackupFailure(BACKUP_EXIT.locked, `another backup of "${datname}" is running`);
}

const IDENTITY = `SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
  (SELECT oid::text FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

const ROLES = `SELECT DISTINCT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid IN (
    SELECT refobjid FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass
      AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    UNION SELECT datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
    UNION SELECT relowner FROM pg_catalog.pg_class WHERE oid >= 16384
    UNION SELECT nspowner FROM pg_catalog.pg_namespace WHERE oid >= 16384)
  ORDER BY 1`;

/** A count that nobody waits for any more ends soon; PostgreSQL 14 and later. */
const NOTICE_OUR_END = `SELECT pg_catalog.set_config(name, '10000', false) FROM pg_catalog.pg_settings
  WHERE name = 'client_connection_check_interval'`;

/** Begins the transaction that is dumped, and counts in it. It stays open: end it with `releaseSnapshot`. */
export async function takeSnapshot(
  session: Session,
  options: { readonly clock: Clock; readonly hashBelowBytes: number; readonly leftMs: () => number },
): Promise<Snapshot> {
  const { clock, hashBelowBytes, leftMs } = options;
  const ask: Ask = async (text) => (await session.query({ text }, leftMs())).at(-1) ?? [];
  await ask(NOTICE_OUR_END);
  await ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0');
  const untilDeadline = (): string =>
    `SET LOCAL idle_in_transaction_session_timeout = ${Math.ceil(leftMs()) + IDLE_SPARE_MS}`;
  const [exported] = await ask(`${untilDeadline()}; SELECT pg_catalog.pg_export_snapshot()`);
  const at = clock.now();
  const [identity] = await ask(IDENTITY);
  const content = await readContent(limited(ask, untilDeadline), hashBelowBytes);
  const roles = await ask(`${untilDeadline()}; ${ROLES}`);
  return {
    id: exported?.[0] ?? '',
    at,
    systemIdentifier: identity?.[0] ?? '',
    oid: identity?.[1] ?? '',
    content,
    roles: roles.map(([name]) => name ?? ''),
  };
}

/** The first question takes every limit away: these come back. */
function limited(ask: Ask, untilDeadline: () => string): Ask {
  let isFirst = true;
  return async (text) => {
    const rows = await ask(text);
    if (isFirst) await ask(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}; ${untilDeadline()}`);
    isFirst = false;
    return rows;
  };
}

/** Ends the transaction, so that vacuum may go on; throws when it was not there any more, or is of another database. */
export async function releaseSnapshot(session: Session, snapshot: Snapshot): Promise<void> {
  const [, identity] = await session.query({ text: `COMMIT; ${IDENTITY}` });
  const [systemIdentifier, oid] = identity?.[0] ?? [];
  if (systemIdentifier !== snapshot.systemIdentifier || oid !== snapshot.oid)
    throw new BackupFailure(
      BACKUP_EXIT.identity,
      'the database was replaced while it was dumped, and what was dumped is thrown away',
    );
}

/** What a question in a database may throw, as the end of a run. */
export function snapshotFailure(error: unknown): unknown {
  if (error instanceof BackupFailure) return error;
  try {
    const { reason, detail } = explainFailure(error);
    const advice =
      reason === 'permission_denied'
        ? ': the role that dumps must be able to read everything, as a member of pg_read_all_data is, and with BYPASSRLS where tables have row security'
        : '';
    return new BackupFailure(BACKUP_EXIT.dump, `the database could not be counted: ${detail}${advice}`);
  } catch {
    return error;
  }
}
