import type { Instant } from './time.ts';

/** A backup of one database, by pgvigil itself: the record that commits it. What has none is no backup. */
export interface BackupManifest {
  readonly schema: 1;
  readonly tool: { readonly name: 'pgvigil'; readonly version: string };
  /** Name of the entry under `backups`, and of its server. */
  readonly source: string;
  readonly server: string;
  readonly datname: string;
  /** Decimal text, as is the oid: neither fits a number. */
  readonly systemIdentifier: string;
  readonly oid: string;
  /** As PostgreSQL writes it: `15.18`. */
  readonly serverVersion: string;
  readonly clientVersion: string;
  readonly startedAt: Instant;
  /** The moment the data is of. */
  readonly snapshotAt: Instant;
  readonly finishedAt: Instant;
  /** `pg_database_size` when it began. */
  readonly databaseBytes: number;
  readonly files: readonly BackupFile[];
  /** Counted in the snapshot that was dumped: a restore has exactly these. */
  readonly tables: readonly TableContent[];
  /** Of the text of the schema, without what differs from run to run. */
  readonly schemaSha256: string | undefined;
  readonly extensions: readonly string[];
  /** Owners and grantees that a restore needs. */
  readonly roles: readonly string[];
  readonly migrations: { readonly table: string; readonly latest: string } | undefined;
  readonly verified: readonly Verification[];
}

/** What is of a whole server: its roles and tablespaces as SQL (`globals`), or a copy of its files (`physical`). */
export interface ClusterManifest {
  readonly schema: 1;
  readonly tool: { readonly name: 'pgvigil'; readonly version: string };
  readonly source: string;
  readonly server: string;
  readonly content: ClusterContent;
  readonly systemIdentifier: string;
  readonly serverVersion: string;
  readonly clientVersion: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  /** Of a physical copy only its `backup_manifest`, which has the checksum of every other file. */
  readonly files: readonly BackupFile[];
  /** Bytes of all that belongs to it. */
  readonly bytes: number;
  /** Passwords of roles are in it. */
  readonly rolePasswords: boolean;
  readonly verified: readonly Verification[];
}

export const CLUSTER_CONTENTS = ['globals', 'physical'] as const;

export type ClusterContent = (typeof CLUSTER_CONTENTS)[number];

export interface BackupFile {
  /** Without a directory: beside the manifest. */
  readonly name: string;
  readonly bytes: number;
  /** Lowercase hexadecimal. */
  readonly sha256: string;
}

export interface TableContent {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Of all rows in any order, decimal text; `undefined`: too large to be hashed, or asked not to. */
  readonly hash: string | undefined;
}

/** `archive`: every byte was decoded. `restore`: restored into a throw-away server and compared. */
export const PROOF_LEVELS = ['checksum', 'archive', 'restore'] as const;

export type ProofLevel = (typeof PROOF_LEVELS)[number];

export interface Verification {
  readonly level: ProofLevel;
  readonly at: Instant;
  /** `inconclusive`: the surroundings were at fault, and nothing is known. */
  readonly result: 'passed' | 'failed' | 'inconclusive';
  /** Why, where it did not pass. */
  readonly reason: string | undefined;
  /** Where the copy that was tried came from. */
  readonly location: BackupLocation;
}

export const BACKUP_LOCATIONS = ['local', 'offsite'] as const;

export type BackupLocation = (typeof BACKUP_LOCATIONS)[number];

/** Who makes the backups of a source. */
export const BACKUP_KINDS = ['pgvigil', 'files', 'pgbackrest', 'wal-g', 'barman', 'restic'] as const;

export type BackupKind = (typeof BACKUP_KINDS)[number];
