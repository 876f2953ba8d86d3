import type { Latest } from './observation.ts';
import type { DockerReason } from './reason.ts';
import type { Secret } from './secret.ts';
import type { Instant } from './time.ts';

export interface EngineFacts {
  /** Does not change when the daemon restarts. */
  readonly id: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly rootDirectory: string;
}

/** One mount of a container (Docker API, `Mounts` of GET /containers/json). */
export interface MountFacts {
  readonly type: 'volume' | 'bind' | 'tmpfs' | 'other';
  /** Volume name; `undefined` for everything that is not a volume. */
  readonly volume: string | undefined;
  readonly source: string;
  readonly destination: string;
}

export type ContainerState =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead'
  | 'unknown';

export interface PublishedPort {
  /** Address on the host; `''` or `0.0.0.0` or `::` means every address. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface ContainerFacts {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly createdAt: Instant | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly mounts: readonly MountFacts[];
  readonly ports: readonly PublishedPort[];
  /** `host`, `none`, or a network's name. */
  readonly networkMode: string;
  readonly addresses: readonly string[];
  /** The networks it has an address in, each with its id, or its name where it has none. */
  readonly networks: readonly { readonly id: string; readonly address: string }[];
  /** TCP ports that it says it listens on, published or not; none while it does not run. */
  readonly exposedPorts: readonly number[];
  readonly networkAliases: readonly string[];
  /** From GET /containers/{id}/json, read only for PostgreSQL candidates; `undefined` until then. */
  readonly inspection: InspectionFacts | undefined;
}

/** What we keep of an inspect; its `Env` may hold passwords, so only harmless keys are picked. */
export interface InspectionFacts {
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly restartPolicy: string;
  readonly logDriver: string;
  readonly logOptions: ReadonlyMap<string, string>;
  /** `-D` of the command, else `PGDATA` from the environment. */
  readonly pgdata: string | undefined;
  /** `POSTGRES_DB`: the database that the entrypoint makes in an empty data directory, and only there. */
  readonly postgresDatabase: string | undefined;
  /** `PGPORT` from the environment, or `-p`/`--port`/`-c port=` of the command. */
  readonly pgport: number | undefined;
  /** What tells a PostgreSQL server from what only connects to one; read where servers are discovered. */
  readonly declared?: DeclaredFacts;
}

/** What a container and its image say of themselves. */
export interface DeclaredFacts {
  /** PGDATA is in the environment. */
  readonly pgdata: boolean;
  /** Port 5432 is exposed. */
  readonly port: boolean;
  /** One of POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD and their kin is in the environment. */
  readonly variables: boolean;
  /** What the command line starts, as far as it tells. */
  readonly runs: 'postgres' | 'other' | 'unknown';
  /** The superuser that the image makes; `undefined` where a file holds its name. */
  readonly superuser: string | undefined;
  /** POSTGRES_PASSWORD, where the configuration asks for it. */
  readonly password: Secret | undefined;
}

export interface VolumeFacts {
  readonly name: string;
  readonly driver: string;
  readonly mountpoint: string;
  /** Corroborates, never decides: see `dataMissing` and moby `local_unix.go`. */
  readonly createdAt: Instant | undefined;
  /** Docker lists the volume but its directory was deleted behind its back (`CreatedAt` is year 1). */
  readonly dataMissing: boolean;
  readonly anonymous: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

export interface InventoryFacts {
  readonly containers: readonly ContainerFacts[];
  readonly volumes: readonly VolumeFacts[];
}

/** An event of the daemon, normalised (Podman's `remove` becomes `destroy`). */
export interface DockerEvent {
  /** Wall clock of the daemon. */
  readonly at: Instant;
  /** Nanoseconds since the epoch as decimal text; with type, action and id the identity of the event. */
  readonly timeNano: string;
  readonly type: string;
  /** The verb alone: `exec_create: CMD` is cut to `exec_create`, for a command line may hold a secret. */
  readonly action: string;
  readonly id: string;
  /** Container or volume name where the daemon gives one. */
  readonly name: string | undefined;
  /** A closed selection of attributes: exitCode, signal, driver, container, destination, compose project and service, reclaimed. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** What pg_control says of a cluster, also of one that is down (PostgreSQL sources, pg_control.h). */
export interface ControlFacts {
  readonly systemIdentifier: string;
  /** For example `in production`, `shut down`. */
  readonly clusterState: string;
}

/** A recognised line of a container's log, scrubbed and capped. */
export interface LogLine {
  readonly at: Instant | undefined;
  readonly text: string;
}

export interface EventTally {
  readonly type: string;
  readonly action: string;
  readonly count: number;
}

export interface DiskUsageFacts {
  readonly usage: readonly {
    readonly type: DiskUsageType;
    readonly bytes: number;
    readonly reclaimableBytes: number;
  }[];
  /** Volume sizes in bytes; drivers that do not tell are left out. */
  readonly volumeSizes: ReadonlyMap<string, number>;
}
export const DISK_USAGE_TYPES = ['images', 'containers', 'volumes', 'build_cache'] as const;
export type DiskUsageType = (typeof DISK_USAGE_TYPES)[number];

/** Everything the Docker observer knows now. `undefined`: not looked yet. */
export interface DockerView {
  readonly enabled: boolean;
  /** `/_ping`, `/version` and `/info` on a socket of their own. */
  readonly engine: Latest<EngineFacts, DockerReason> | undefined;
  readonly inventory: Latest<InventoryFacts, DockerReason> | undefined;
  /** When each container, by id, was first listed by this process, on its monotonic clock in milliseconds. */
  readonly firstListed: ReadonlyMap<string, number>;
  readonly diskUsage: Latest<DiskUsageFacts, DockerReason> | undefined;
  /** `global/pg_control` of watched containers whose server does not let us in, by container id. */
  readonly controls: ReadonlyMap<string, Latest<ControlFacts, DockerReason>>;
  /** Lines of the logs of watched containers that say something about the loss of data, by container name. */
  readonly logLines: ReadonlyMap<string, readonly LogLine[]>;
  /** Oldest first, at most a few hundred. */
  readonly events: readonly DockerEvent[];
  /** Times that history was lost: a replay that did not reach the last event we knew, or an overflow. */
  readonly eventGaps: number;
  /** When the engine was found to have restarted: its stream broke, and its memory of events was empty. */
  readonly restarts: readonly Instant[];
  readonly eventTallies: readonly EventTally[];
}
