import type { BackupSource } from './backup-source.ts';
import type { DiscoverCredentials, Origin, Reach } from './discovery.ts';
import type { Secret } from './secret.ts';
import type { TlsConfig } from './tls-config.ts';

export type { TlsConfig } from './tls-config.ts';

/** The configuration after parsing: complete, checked and frozen. Only `config/parse.ts` makes one. */
export interface Config {
  readonly servers: readonly ServerConfig[];
  readonly docker: DockerConfig;
  readonly filesystems: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly backups: readonly BackupSource[];
  readonly intervals: IntervalsMs;
  readonly timeouts: TimeoutsMs;
  readonly state: { readonly directory: string };
  readonly alertmanager: AlertmanagerConfig;
  readonly limits: Limits;
  readonly web: WebConfig;
}

export interface ServerConfig {
  /** Label `server`. */
  readonly name: string;
  /** Host name, IP address, or a directory that holds a unix socket (starts with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | undefined;
  /** The database of the URL; the maintenance database unless it is watched itself. */
  readonly database: string;
  readonly tls: TlsConfig;
  readonly databases: DatabasesConfig;
  readonly docker: { readonly container: string | undefined; readonly volume: string | undefined };
  readonly identity: { readonly systemIdentifier: string | undefined };
  /** Only of a server that is not written down, but was found by its container. */
  readonly discovered?: { readonly origin: Origin; readonly reach: Reach };
}

export interface DatabasesConfig {
  readonly expect: readonly string[];
  readonly learn: boolean;
  readonly learnAfterMs: number;
  readonly ignore: readonly RegExp[];
}

export interface DockerConfig {
  readonly enabled: boolean;
  /** `unix:///var/run/docker.sock` or `tcp://host:port`. */
  readonly host: string;
  /** Whether every PostgreSQL container that is found is watched. */
  readonly discover: boolean;
  readonly discoverCredentials: DiscoverCredentials;
}

export interface IntervalsMs {
  readonly presence: number;
  readonly connect: number;
  readonly docker: number;
  readonly filesystems: number;
  readonly sizes: number;
  readonly backups: number;
}

export interface TimeoutsMs {
  readonly connect: number;
  readonly query: number;
  readonly docker: number;
  readonly filesystem: number;
}

/** Where firing alerts are pushed to; nowhere without urls. */
export interface AlertmanagerConfig {
  /** Without a slash at the end; never with a user or a password. */
  readonly urls: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Where links to dashboards begin; without a slash at the end. */
  readonly dashboardUrl: string;
  readonly basicAuth: { readonly username: string; readonly password: Secret } | undefined;
  /** PEM text, already read. */
  readonly ca: string | undefined;
}

export interface Limits {
  /** Servers that are discovered; what is written down or remembered is never left out. */
  readonly servers: number;
  readonly databases: number;
  readonly volumes: number;
  readonly filesystems: number;
}

export interface WebConfig {
  /** `host:port`. */
  readonly listenAddress: string;
  readonly enableLifecycle: boolean;
}
