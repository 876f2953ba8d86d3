import type { DatabaseRow, DatabaseStatistics, ServerFacts, TablesFacts } from '../../model/postgres.ts';
import { RowError } from './failure.ts';
import { missingGrants } from './grants.ts';
import type { Row } from './session.ts';

/** What is read about the identity of a server; `undefined` where it may not or could not be read. */
export interface Identity {
  readonly systemIdentifier: string | undefined;
  readonly timeline: number | undefined;
  readonly checkpointAt: number | undefined;
}

/** What `SERVER` says about the right to read the identity. */
export interface IdentityRights {
  readonly controlSystem: boolean;
  readonly controlCheckpoint: boolean;
}

/** Rows of `CATALOG`. Two names that are the same after decoding (SQL_ASCII bytes) are told apart by oid. */
export function catalogRows(rows: readonly Row[]): readonly DatabaseRow[] {
  const names = new Set<string>();
  return rows.map((row) => {
    const oid = integer(row[0]);
    const decoded = text(row[1]);
    const datname = names.has(decoded) ? `${decoded} (oid ${oid})` : decoded;
    names.add(datname);
    return {
      oid,
      datname,
      isTemplate: boolean(row[2]),
      allowsConnections: boolean(row[3]),
      connectionLimit: integer(row[4]),
      isBeingDropped: false,
    };
  });
}

/** The first row of `SERVER`: which identity functions may be called. */
export function identityRights(row: Row | undefined): IdentityRights {
  return { controlSystem: boolean(row?.[5]), controlCheckpoint: boolean(row?.[6]) };
}

/** Rows of `SERVER`, with what was read beside. `expected`: databases that the role must be able to enter. */
export function serverFacts(
  row: Row | undefined,
  databases: readonly Row[],
  beside: {
    readonly identity: Identity;
    readonly remoteAddress: string | undefined;
    readonly expected: readonly string[];
  },
): ServerFacts {
  const name = text(row?.[0]);
  const statistics = databases.map(statisticsOf);
  const closed = statistics.filter(({ mayConnect }) => !mayConnect).map(({ datname }) => datname);
  return {
    ...beside.identity,
    startedAt: instant(row?.[10]),
    inRecovery: boolean(row?.[9]),
    connections: statistics.reduce((sum, each) => sum + each.connections, 0),
    maxConnections: integer(row?.[11]),
    remoteAddress: beside.remoteAddress,
    version: text(row?.[7]).split(' ')[0] ?? '',
    versionNumber: integer(row?.[8]),
    dataDirectory: row?.[12] ?? undefined,
    role: {
      name,
      superuser: boolean(row?.[1]),
      connectionLimit: integer(row?.[2]),
      missingGrants: missingGrants(name, {
        ...identityRights(row),
        readAllSettings: boolean(row?.[3]),
        readAllStats: boolean(row?.[4]),
        closedDatabases: closed.filter((datname) => beside.expected.includes(datname)),
      }),
    },
    statistics,
  };
}

/** Rows of `WITH_FILES` and `BEING_DROPPED`. */
export function oids(rows: readonly Row[]): ReadonlySet<number> {
  return new Set(rows.map((row) => integer(row[0])));
}

/** The row of `countTables`; what holds of the sample is taken to hold of all tables that may be empty. */
export function tablesFacts(row: Row | undefined): TablesFacts {
  const [all, filled, looked, there, full] = [0, 1, 2, 3, 4].map((column) => integer(row?.[column])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const tables = all - (looked - there);
  const share = there === 0 ? 0 : full / there;
  return { tables, nonEmptyTables: filled + Math.round(share * (tables - filled)) };
}

/** Seconds since the epoch, as `extract(epoch …)` prints them, to milliseconds. */
export function instant(value: string | null | undefined): number | undefined {
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
}

/** A whole number that may be absent. */
export function optionalInteger(value: string | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : integer(value);
}

function statisticsOf(row: Row): DatabaseStatistics {
  return {
    oid: integer(row[0]),
    datname: text(row[1]),
    connections: integer(row[2]),
    checksumFailures: optionalInteger(row[3]),
    mayConnect: row[4] !== 'f',
  };
}

function integer(value: string | null | undefined): number {
  const number = Number(value ?? Number.NaN);
  if (value === '' || !Number.isSafeInteger(number))
    throw new RowError('the answer is not that of a PostgreSQL server');
  return number;
}

function boolean(value: string | null | undefined): boolean {
  if (value !== 't' && value !== 'f') throw new RowError('the answer is not that of a PostgreSQL server');
  return value === 't';
}

function text(value: string | null | undefined): string {
  if (typeof value !== 'string') throw new RowError('the answer is not that of a PostgreSQL server');
  return value;
}
