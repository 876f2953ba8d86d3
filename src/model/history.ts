import type { Origin } from './discovery.ts';
import type { Incident } from './incident.ts';
import type { Instant } from './time.ts';

/** What pgvigil remembers: everything expected, and what it was when it was last seen. Immutable. */
export interface History {
  readonly servers: ReadonlyMap<string, ServerMemory>;
  readonly volumes: ReadonlyMap<string, VolumeMemory>;
  /** Open incidents by id, with the evidence that was there when they opened. */
  readonly incidents: ReadonlyMap<string, Incident>;
  /** How many incidents opened, by `server`, kind and cause in a JSON array; never falls. */
  readonly incidentCounts: ReadonlyMap<string, number>;
  /** When the host was booted, as seen last. */
  readonly bootedAt: Instant | undefined;
  /** `timeNano` of the last Docker event written to the journal, so that a replay writes nothing twice. */
  readonly lastEventNano: string | undefined;
}

/** Identity of a server: compared as text, for it does not fit a JavaScript number. */
export interface ServerPin {
  readonly systemIdentifier: string;
  /** `config`: written down by a person; `learned`: the first one seen; `accepted`: by `pgvigil accept`. */
  readonly source: 'config' | 'learned' | 'accepted';
  readonly since: Instant;
}

/** Identity of a database. The oid alone is none: every new cluster starts counting at the same number. */
export interface DatabasePin {
  readonly systemIdentifier: string | undefined;
  readonly oid: number;
  readonly since: Instant;
}

export interface ServerMemory {
  /** How it was found, while it is watched for that; `undefined`: it is, or was, written down. */
  readonly discovered?: Origin | undefined;
  readonly pin: ServerPin | undefined;
  /** The identity seen last, where it differs from the pin; `since` is when it was first seen. */
  readonly stranger: { readonly systemIdentifier: string; readonly since: Instant } | undefined;
  readonly timeline: number | undefined;
  readonly dataDirectory: string | undefined;
  readonly container: { readonly id: string; readonly name: string } | undefined;
  readonly volume: string | undefined;
  /** Where the data lay when all was well: in which container, under which path, of which compose project. */
  readonly home:
    | {
        readonly containerId: string;
        readonly destination: string;
        readonly composeProject: string | undefined;
      }
    | undefined;
  readonly lastUpAt: Instant | undefined;
  /** When the list of databases was last read: the time at which every database that is there was last seen. */
  readonly catalogAt: Instant | undefined;
  /** When it was last up as the same cluster, on its volume, with its databases listed. */
  readonly wellAt: Instant | undefined;
  /** Since when the server is not up; `undefined` while it is, or was never seen up. */
  readonly downSince: Instant | undefined;
  /** Since when the data directory does not lie on the pinned volume. */
  readonly offVolumeSince: Instant | undefined;
  /** Since when the filesystem of the data has no space or no inodes left. */
  readonly diskFullSince: Instant | undefined;
  /** Times the kernel killed a process of its container for memory. */
  readonly oomKills: number;
  readonly databases: ReadonlyMap<string, DatabaseMemory>;
}

export interface DatabaseMemory {
  readonly pin: DatabasePin | undefined;
  /** Another identity under the same name, and since when. */
  readonly stranger:
    | { readonly systemIdentifier: string | undefined; readonly oid: number; readonly since: Instant }
    | undefined;
  /** Why it is expected; `undefined` while it is too young. */
  readonly source: 'config' | 'learned' | undefined;
  /** Milliseconds of observed life, by the monotonic clock: a clock that jumps cannot age a database. */
  readonly seenMs: number;
  readonly firstSeenAt: Instant | undefined;
  /** Set when it went away; while it is there, `catalogAt` of its server tells. */
  readonly lastSeenAt: Instant | undefined;
  /** When it was first verified absent; `undefined` while present or unknown from the start. */
  readonly missingSince: Instant | undefined;
  /** Since when its name is there and its data is not. */
  readonly unreadableSince: Instant | undefined;
  readonly lastSizeBytes: number | undefined;
  /** Its tables when they were last as usual. */
  readonly tables: TablesMemory | undefined;
  /** Since when it holds far less than that. */
  readonly shrunkSince: Instant | undefined;
}

export interface TablesMemory {
  readonly tables: number;
  readonly nonEmptyTables: number;
  readonly countedAt: Instant;
  /** When a count first showed far less; one more has to agree. */
  readonly suspectedAt: Instant | undefined;
}

export interface VolumeMemory {
  /** The server whose data it holds. */
  readonly server: string;
  readonly lastSeenAt: Instant | undefined;
  readonly missingSince: Instant | undefined;
}

export const EMPTY_HISTORY: History = {
  servers: new Map(),
  volumes: new Map(),
  incidents: new Map(),
  incidentCounts: new Map(),
  bootedAt: undefined,
  lastEventNano: undefined,
};
