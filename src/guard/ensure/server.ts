import type { ServerConfig } from '../../model/config.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { createLookup } from '../../observe/lookup.ts';
import { type Connections, createConnections } from '../../observe/postgres/connections.ts';
import { ConnectFailure, explainFailure } from '../../observe/postgres/failure.ts';
import { countTables, SYSTEM_IDENTIFIER } from '../../observe/postgres/queries.ts';
import { tablesFacts } from '../../observe/postgres/rows.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { createTally } from '../../observe/postgres/tally.ts';
import type { DatabaseNow, TableCount } from './decide.ts';

const CONNECT_MS = 5_000;
const READ_MS = 10_000;
/** CREATE DATABASE copies template0, which takes a slow disk a while. */
const CREATE_MS = 120_000;
const COUNT_MS = 3_000;

/** Where a look and the lock are: every replica has to take the same, so that they meet. */
const MAINTENANCE = ['postgres', 'template1'] as const;
/** The key of our advisory lock: "pgvg", and nothing more, for one record is of one server. */
const LOCK = [0x70_67_76_67, 0] as const;

/** What a server that starts, is overloaded or is not yet in the DNS says: worth waiting for. */
const PASSING: readonly ConnectReason[] = [
  'refused',
  'timeout',
  'hung',
  'unreachable',
  'dns',
  'reset',
  'starting',
  'stopping',
  'saturated',
  'terminated',
  'query_timeout',
];

/** Something that could not be asked or done, in one line without secrets. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  readonly worthWaiting: boolean;

  constructor(message: string, worthWaiting: boolean) {
    super(message);
    this.worthWaiting = worthWaiting;
  }
}

/** One server, for one `ensure`. */
export interface GuardedServer {
  /** A session that holds the lock of the whole server; `undefined`: somebody else holds it. */
  enter(datname: string): Promise<LockedSession | undefined>;
  stop(): Promise<void>;
}

/** Every call rejects with a `ServerFailure`. */
export interface LockedSession {
  /** `undefined`: the role may not read it. */
  systemIdentifier(): Promise<string | undefined>;
  database(): Promise<DatabaseNow>;
  /** `exists`: somebody else was faster. */
  create(owner: string | undefined): Promise<'created' | 'exists'>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

/** Makes the way to a server; nothing is connected yet. */
export function createGuardedServer(server: ServerConfig, clock: Clock): GuardedServer {
  const connections = createConnections({
    endpoint: server,
    timeouts: { connect: CONNECT_MS, query: CREATE_MS },
    lookup: createLookup(),
    tally: createTally([]),
    clock,
    freed: () => {},
  });
  return {
    enter: (datname) => failing(() => enter(connections, datname, server.user)),
    stop: () => connections.stop(),
  };
}

async function enter(
  connections: Connections,
  datname: string,
  user: string,
): Promise<LockedSession | undefined> {
  const session = await openMaintenance(connections, datname);
  try {
    const [rows] = await session.query(
      { text: 'SELECT pg_catalog.pg_try_advisory_lock($1, $2)', values: [...LOCK] },
      READ_MS,
    );
    if (rows?.[0]?.[0] === 't') return locked(connections, session, { datname, user });
  } catch (error) {
    await session.close();
    throw error;
  }
  await session.close();
  return undefined;
}

function locked(
  connections: Connections,
  session: Session,
  { datname, user }: { readonly datname: string; readonly user: string },
): LockedSession {
  return {
    systemIdentifier: () =>
      failing(async () => {
        try {
          const [rows] = await session.query(SYSTEM_IDENTIFIER, READ_MS);
          return rows?.[0]?.[0] ?? undefined;
        } catch (error) {
          if (error instanceof ConnectFailure && error.sqlstate === '42501') return undefined;
          throw error;
        }
      }),
    database: () =>
      failing(async () => {
        const [rows] = await session.query(
          {
            text: 'SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) $1',
            values: [datname],
          },
          READ_MS,
        );
        const oid = rows?.[0]?.[0];
        return oid ? look(connections, datname, oid) : { state: 'missing' };
      }),
    create: (owner) => failing(() => create(session, { datname, owner, user })),
    close: () => session.close(),
  };
}

async function openMaintenance(connections: Connections, datname: string): Promise<Session> {
  const usable = MAINTENANCE.filter((name) => name !== datname);
  for (const [index, name] of usable.entries()) {
    try {
      return await connections.open(name, 'server');
    } catch (error) {
      const { reason } = explainFailure(error);
      if ((reason === 'no_database' || reason === 'permission_denied') && index < usable.length - 1) continue;
      throw error;
    }
  }
  throw new Error('unreachable: there is a maintenance database to try');
}

/** A row of the catalog is not enough: somebody must be able to enter. */
async function look(connections: Connections, datname: string, oid: string): Promise<DatabaseNow> {
  let session: Session;
  try {
    session = await connections.open(datname, 'server');
  } catch (error) {
    const { reason, detail } = explainFailure(error);
    // Dropped at this very moment.
    if (reason === 'no_database') return { state: 'missing' };
    return { state: 'unreadable', why: detail, worthWaiting: PASSING.includes(reason) };
  }
  try {
    return { state: 'present', oid, tables: await count(session) };
  } finally {
    await session.close();
  }
}

async function count(session: Session): Promise<TableCount | undefined> {
  try {
    return tablesFacts((await session.query(countTables(COUNT_MS), READ_MS)).at(-1)?.[0]);
  } catch (error) {
    explainFailure(error);
    return undefined;
  }
}

/** SQLSTATEs of somebody who made the same database at the same time: the second is told by the index. */
const ALREADY = ['42P04', '23505'];
/** Somebody else is in the middle of it. */
const BUSY = ['55P03', '55006', '40001', '40P01'];

async function create(
  session: Session,
  {
    datname,
    owner,
    user,
  }: { readonly datname: string; readonly owner: string | undefined; readonly user: string },
): Promise<'created' | 'exists'> {
  const owned = owner === undefined ? '' : ` OWNER ${quoted(owner)}`;
  try {
    // template0: what a dump is relative to.
    await session.query({ text: `CREATE DATABASE ${quoted(datname)} TEMPLATE template0${owned}` }, CREATE_MS);
    return 'created';
  } catch (error) {
    const { detail } = explainFailure(error);
    const code = error instanceof ConnectFailure ? (error.sqlstate ?? '') : '';
    if (ALREADY.includes(code)) return 'exists';
    if (BUSY.includes(code)) throw new ServerFailure(detail, true);
    throw new ServerFailure(advice(code, { detail, owner, user }), false);
  }
}

function advice(
  code: string,
  {
    detail,
    owner,
    user,
  }: { readonly detail: string; readonly owner: string | undefined; readonly user: string },
): string {
  if (code === '42501')
    return owner === undefined
      ? `the role ${user} may not create databases: ALTER ROLE ${quoted(user)} CREATEDB, or connect as one that may and name the owner with --owner`
      : `the role ${user} may not create a database for ${owner}: it needs CREATEDB and to be a member of ${owner}`;
  if (code === '42704') return `there is no role ${owner ?? user}: create it first`;
  if (code === '25006') return 'the server is read-only, it may be a standby: connect to the primary';
  return detail;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function failing<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ServerFailure) throw error;
    const { reason, detail } = explainFailure(error);
    throw new ServerFailure(detail, PASSING.includes(reason));
  }
}
