import type { BackupLocation } from './backup.ts';
import type { Secret } from './secret.ts';
import type { TlsConfig } from './tls-config.ts';

/** One entry under `backups`: who makes backups of which databases, and where they are. */
export type BackupSource =
  | OwnBackups
  | FileBackups
  | PgBackRestBackups
  | WalGBackups
  | BarmanBackups
  | ResticBackups;

/** What every source has. */
export interface SourceBase {
  /** Label `source`; unique. */
  readonly name: string;
  /** Label `server`. */
  readonly server: string;
  /** `undefined`: every database that is watched, or what the tool has, where it copies whole servers. */
  readonly databases: readonly string[] | undefined;
  /** A newer backup than this is expected, at `location`. */
  readonly maxAgeMs: number;
  readonly location: BackupLocation;
}

/** Backups by pgvigil itself. */
export interface OwnBackups extends SourceBase {
  readonly kind: 'pgvigil';
  readonly directory: string;
  /** `undefined`: only by `pgvigil backup`. */
  readonly schedule: Schedule | undefined;
  readonly physical: boolean;
  /** Tables up to this size are hashed; 0: none. */
  readonly hashTablesBelowBytes: number;
  /** For the backup of one database. */
  readonly deadlineMs: number;
  readonly keep: KeepRule;
  readonly requireMount: MountRule;
  readonly connection: BackupConnection;
  readonly offsite: Offsite | undefined;
  readonly restoreTest: RestoreTest | undefined;
}

/** Dump files that something else makes; `{datname}` in the path stands for the name, `*` for any text in one part. */
export interface FileBackups extends SourceBase {
  readonly kind: 'files';
  readonly path: string;
  /** What is smaller is no backup. */
  readonly minBytes: number;
  readonly restoreTest: RestoreTest | undefined;
}

export interface PgBackRestBackups extends SourceBase {
  readonly kind: 'pgbackrest';
  /** Program and its first arguments. */
  readonly command: readonly string[];
  readonly stanza: string;
  /** Repositories that are somewhere else, and how old their newest backup may be. */
  readonly offsiteRepositories: { readonly keys: readonly number[]; readonly maxAgeMs: number } | undefined;
}

export interface WalGBackups extends SourceBase {
  readonly kind: 'wal-g';
  readonly command: readonly string[];
  readonly configFile: string | undefined;
}

export interface BarmanBackups extends SourceBase {
  readonly kind: 'barman';
  readonly command: readonly string[];
  /** What barman calls the server. */
  readonly barmanServer: string;
}

export interface ResticBackups extends SourceBase {
  readonly kind: 'restic';
  readonly command: readonly string[];
  readonly repository: ResticRepository;
  /** Only snapshots with all of these. */
  readonly tags: readonly string[];
}

/** A cron expression, and the time zone it is read in (IANA name). */
export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

/** Whether a directory has to lie on a mount of its own. In a container its own files go away with it. */
export type MountRule = 'in_container' | 'always' | 'never';

/** How many of its kind are kept. */
export interface KeepRule {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Fewer than this never remain. */
  readonly atLeast: number;
  /** Tables (`schema.name`) whose rows come and go: that they do stops nothing. */
  readonly ignoreTables: readonly RegExp[];
  /** A person's word: nothing is deleted. */
  readonly hold: boolean;
}

/** How the tools of PostgreSQL reach a server: as its own role, or as another one. */
export interface BackupConnection {
  /** Host name, IP address, or a directory that holds a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | undefined;
  /** The maintenance database. */
  readonly database: string;
  readonly tls: TlsConfig;
}

/** Where a second copy goes. */
export type Offsite =
  | { readonly tool: 'restic'; readonly repository: ResticRepository; readonly maxAgeMs: number }
  | {
      readonly tool: 'rclone';
      /** `remote:path`. */
      readonly remote: string;
      readonly configFile: string | undefined;
      readonly environment: Environment;
      readonly maxAgeMs: number;
    };

export interface ResticRepository {
  readonly repository: string;
  readonly password: Secret;
  readonly environment: Environment;
}

/** Variables for a child process, such as the keys of a storage. */
export type Environment = Readonly<Record<string, Secret>>;

/** How backups of a source are tried. */
export interface RestoreTest {
  readonly schedule: Schedule | undefined;
  /** `embedded`: a server of our own, made for one test. */
  readonly scratch: 'embedded' | BackupConnection;
  readonly maxAgeMs: number;
  readonly jobs: number;
  /** Statements that give one row with one `true` in the restored database. */
  readonly sql: readonly string[];
  /** For one test. */
  readonly deadlineMs: number;
}
