import type { Latest } from './observation.ts';
import type { ConnectReason } from './reason.ts';
import type { Instant } from './time.ts';

/** What one fresh connection to the maintenance database tells about the server. `undefined`: not readable. */
export interface ServerFacts {
  /** 64-bit number as decimal text; its upper half is the Unix time of initdb (BootStrapXLOG, xlog.c). */
  readonly systemIdentifier: string | undefined;
  readonly timeline: number | undefined;
  readonly checkpointAt: Instant | undefined;
  readonly startedAt: Instant | undefined;
  readonly inRecovery: boolean;
  readonly connections: number;
  readonly maxConnections: number;
  /** Address at the other end of the socket; `undefined` for a unix socket. */
  readonly remoteAddress: string | undefined;
  /** As the server prints it, for example `15.18`. */
  readonly version: string;
  /** `server_version_num`, for example 150018. */
  readonly versionNumber: number;
  /** Needs `pg_read_all_settings`. */
  readonly dataDirectory: string | undefined;
  readonly role: MonitoringRole;
  readonly statistics: readonly DatabaseStatistics[];
}

/** The role we log in as, and what it lacks. */
export interface MonitoringRole {
  readonly name: string;
  readonly superuser: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** Statements a DBA would run, for example `GRANT pg_monitor TO pgvigil`. */
  readonly missingGrants: readonly string[];
}

/** A row of pg_stat_database that we use. */
export interface DatabaseStatistics {
  readonly oid: number;
  readonly datname: string;
  readonly connections: number;
  /** `undefined` while data checksums are off. */
  readonly checksumFailures: number | undefined;
  /** Whether our role has the right to connect to it. */
  readonly mayConnect: boolean;
}

/** A row of pg_database. */
export interface DatabaseRow {
  readonly oid: number;
  readonly datname: string;
  readonly isTemplate: boolean;
  readonly allowsConnections: boolean;
  /** -1: no limit; -2: an interrupted DROP left the database invalid (PostgreSQL docs, catalog pg_database). */
  readonly connectionLimit: number;
  /** It is marked invalid, and the DROP DATABASE that did so goes on. */
  readonly isBeingDropped: boolean;
}

/** The list of databases, read in one statement in one session. */
export interface CatalogFacts {
  /** Of the cluster this very session is connected to; read when the session began. */
  readonly systemIdentifier: string | undefined;
  readonly via: 'kept' | 'fresh';
  readonly databases: readonly DatabaseRow[];
}

/** Size of one database; `undefined` with a reason where it could not be read. */
export interface DatabaseSize {
  readonly oid: number;
  readonly datname: string;
  readonly sizeBytes: number | undefined;
  readonly reason: ConnectReason | undefined;
}

export interface SizesFacts {
  readonly sizes: readonly DatabaseSize[];
}

/** Attempts and failures since this process started, per database connected to. */
export interface ConnectionTally {
  readonly datname: string;
  readonly attempts: number;
  readonly failures: Readonly<Record<ConnectReason, number>>;
  readonly lastDurationMs: number | undefined;
}

/** Everything the PostgreSQL observer of one server knows now. `undefined`: not looked yet. */
export interface PostgresView {
  /** Fresh, single-use connection to the maintenance database: it alone decides whether the server is up. */
  readonly connect: Latest<ServerFacts, ConnectReason> | undefined;
  readonly catalog: Latest<CatalogFacts, ConnectReason> | undefined;
  /** Fresh connection to each configured database, by datname. */
  readonly databases: ReadonlyMap<string, Latest<ConnectedFacts, ConnectReason>>;
  readonly sizes: Latest<SizesFacts, ConnectReason> | undefined;
  /** Tables of each configured database, counted on the slow timer of sizes. */
  readonly tables: ReadonlyMap<string, Latest<TablesFacts, ConnectReason>>;
  /** Sessions whose last statement was a DROP DATABASE, read the moment a database was gone; newest last. */
  readonly dropSessions: readonly DropSession[];
  readonly tallies: readonly ConnectionTally[];
}

/** User tables of one database; one that holds no rows has a file of zero bytes after TRUNCATE. */
export interface TablesFacts {
  readonly tables: number;
  readonly nonEmptyTables: number;
}

/** A row of pg_stat_activity (needs pg_read_all_stats), of which only the recognised statement is kept. */
export interface DropSession {
  /** The database that the statement names. */
  readonly datname: string;
  readonly user: string;
  readonly clientAddress: string | undefined;
  readonly application: string;
  readonly at: Instant;
}

/** A fresh connection to a database was accepted. */
export interface ConnectedFacts {
  readonly datname: string;
}
