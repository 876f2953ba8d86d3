import type { BackupSourceVerdict } from './backup-verdict.ts';
import type { Cause } from './cause.ts';
import type { DiscoveryVerdict } from './discovery.ts';
import type { DiskUsageType, EventTally } from './docker.ts';
import type { Incident, IncidentKind } from './incident.ts';
import type { Placement } from './placement.ts';
import type { ConnectionTally, MonitoringRole } from './postgres.ts';
import type { ConnectReason, DiskReason, DockerReason } from './reason.ts';
import type { Risk } from './risk.ts';
import type { Instant } from './time.ts';
import type { Presence, ServerState } from './verified.ts';

export { type Presence, SERVER_STATES, type ServerState } from './verified.ts';

/** One immutable value per tick: everything seen, everything found. Every presentation renders this one. */
export interface Report {
  readonly at: Instant;
  /** Monotonic milliseconds of the tick. */
  readonly monotonicMs: number;
  /** Counts the ticks of this process, from 1. */
  readonly sequence: number;
  readonly servers: readonly ServerVerdict[];
  readonly docker: DockerVerdict;
  readonly volumes: readonly VolumeVerdict[];
  readonly containers: readonly ContainerVerdict[];
  readonly filesystems: readonly FilesystemVerdict[];
  readonly backups: readonly BackupSourceVerdict[];
  readonly host: { readonly bootedAt: Instant | undefined; readonly hostname: string | undefined };
  readonly observers: readonly ObserverVerdict[];
  readonly incidents: readonly Incident[];
  /** Incidents opened so far. What is not counted here has not happened yet. */
  readonly incidentCounts: readonly {
    readonly server: string;
    readonly kind: IncidentKind;
    readonly cause: Cause;
    readonly count: number;
  }[];
  readonly risks: readonly Risk[];
  /** What the limits cut off. Expected things are never dropped. */
  readonly dropped: Readonly<Record<DroppedKind, number>>;
  readonly self: SelfVerdict;
}

export interface ServerVerdict {
  readonly name: string;
  /** It is watched because its container was found; absent where it is written down. */
  readonly source?: 'discovered';
  /** `undefined`: not looked yet. */
  readonly state: ServerState | undefined;
  readonly stateReason: ConnectReason | undefined;
  /** One line for a person. */
  readonly stateDetail: string | undefined;
  readonly up: boolean | undefined;
  readonly lastUpAt: Instant | undefined;
  readonly systemIdentifier: string | undefined;
  readonly pinnedSystemIdentifier: string | undefined;
  /** `undefined` while one of the two is unknown. */
  readonly identityMatch: boolean | undefined;
  readonly initializedAt: Instant | undefined;
  readonly version: string | undefined;
  readonly startedAt: Instant | undefined;
  readonly checkpointAt: Instant | undefined;
  readonly timeline: number | undefined;
  readonly inRecovery: boolean | undefined;
  readonly connections: number | undefined;
  readonly maxConnections: number | undefined;
  readonly role: MonitoringRole | undefined;
  readonly placement: Placement;
  readonly databases: readonly DatabaseVerdict[];
  readonly tallies: readonly ConnectionTally[];
  readonly sizesAt: Instant | undefined;
}

export interface DatabaseVerdict {
  readonly datname: string;
  readonly oid: number | undefined;
  readonly expected: 'config' | 'learned' | undefined;
  readonly presence: Presence;
  /** Why it is not `present`, one line for a person. */
  readonly why: string | undefined;
  readonly identityMatch: boolean | undefined;
  readonly sizeBytes: number | undefined;
  readonly connections: number | undefined;
  readonly checksumFailures: number | undefined;
  readonly lastSeenAt: Instant | undefined;
  readonly missingSince: Instant | undefined;
}

export interface DockerVerdict {
  readonly enabled: boolean;
  readonly up: boolean | undefined;
  readonly reason: DockerReason | undefined;
  readonly detail: string | undefined;
  readonly version: string | undefined;
  readonly eventGaps: number;
  readonly eventTallies: readonly EventTally[];
  readonly usage: readonly {
    readonly type: DiskUsageType;
    readonly bytes: number;
    readonly reclaimableBytes: number;
  }[];
}

export interface VolumeVerdict {
  readonly name: string;
  readonly expected: boolean;
  /** `undefined`: Docker could not be asked. */
  readonly present: boolean | undefined;
  readonly server: string | undefined;
  readonly container: string | undefined;
  /** Covers the data directory of that server. `undefined`: unknown, or no server expects it. */
  readonly mounted: boolean | undefined;
  readonly createdAt: Instant | undefined;
  readonly sizeBytes: number | undefined;
  readonly lastSeenAt: Instant | undefined;
  readonly missingSince: Instant | undefined;
}

export interface ContainerVerdict {
  readonly server: string;
  readonly name: string;
  readonly running: boolean | undefined;
  readonly createdAt: Instant | undefined;
  readonly restarts: number | undefined;
  /** Times the kernel killed a process of it for memory, since it is watched. */
  readonly oomKills: number;
}

export interface FilesystemVerdict {
  readonly mountpoint: string;
  readonly device: string;
  readonly fstype: string;
  readonly readonly: boolean;
  readonly up: boolean | undefined;
  readonly reason: DiskReason | undefined;
  /** Absent while stuck: neither 0 nor the last value. */
  readonly sizeBytes: number | undefined;
  readonly availBytes: number | undefined;
  readonly files: number | undefined;
  readonly filesFree: number | undefined;
  /** Servers whose data lies on it. */
  readonly servers: readonly string[];
}

export interface ObserverVerdict {
  readonly observer: string;
  /** A server's name, a mountpoint, or `docker`. */
  readonly target: string;
  readonly up: boolean | undefined;
  readonly reason: string | undefined;
  readonly durationMs: number | undefined;
  readonly lastSuccessAt: Instant | undefined;
}

export const DROPPED_KINDS = ['server', 'database', 'volume', 'filesystem'] as const;
export type DroppedKind = (typeof DROPPED_KINDS)[number];

/** `rejected`: the Alertmanager does not take it (3xx, 4xx). `failed`: no answer, or one that it is not well. */
export const PUSH_OUTCOMES = ['delivered', 'rejected', 'failed'] as const;
export type PushOutcome = (typeof PUSH_OUTCOMES)[number];

/** What pgvigil says about itself. */
export interface SelfVerdict {
  readonly version: string;
  readonly startedAt: Instant;
  /** The last write of the ledger reached the disk. */
  readonly stateDurable: boolean;
  /** A ledger was found damaged at start and put aside. */
  readonly stateCorrupt: boolean;
  readonly configReloadSuccessful: boolean;
  readonly configReloadedAt: Instant;
  readonly configError: string | undefined;
  /** The file of `--web.config.file`; `undefined`: there is none. */
  readonly webFile: WebFileVerdict | undefined;
  /** Pushes to single Alertmanagers since the start. */
  readonly alertPushes: Readonly<Record<PushOutcome, number>>;
  /** What is discovered, and what is wrong with it; absent where nothing is. */
  readonly discovery?: DiscoveryVerdict | undefined;
}

export interface WebFileVerdict {
  readonly successful: boolean;
  /** Why the last one is not used, one problem on each line. */
  readonly error: string | undefined;
  /** Of the certificate in force; `undefined` without TLS. */
  readonly certificateExpiresAt: Instant | undefined;
}
