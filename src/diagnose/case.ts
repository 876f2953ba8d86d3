import type { ServerConfig } from '../model/config.ts';
import type { FilesystemView } from '../model/disk.ts';
import type { ContainerFacts, DockerEvent, InventoryFacts, VolumeFacts } from '../model/docker.ts';
import type { History, ServerMemory } from '../model/history.ts';
import type { Symptom } from '../model/incident.ts';
import type { Placement } from '../model/placement.ts';
import type { PostgresView } from '../model/postgres.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Instant } from '../model/time.ts';
import type { VerifiedServer } from '../model/verified.ts';

/** Everything that a cause may look at for one server: what was, what is, and what happened in between. */
export interface Case {
  readonly server: ServerConfig;
  readonly at: Instant;
  readonly memory: ServerMemory;
  readonly verified: VerifiedServer;
  readonly view: PostgresView;
  readonly placement: Placement;
  readonly symptoms: readonly Symptom[];
  /** When all was last seen well, and whether this process saw it. */
  readonly wellAt: Instant | undefined;
  readonly witnessed: boolean;
  /** `undefined`: Docker could not be asked. */
  readonly inventory: InventoryFacts | undefined;
  readonly docker: Snapshot['docker'];
  /** Events since `wellAt`, a little before included, oldest first. */
  readonly events: readonly DockerEvent[];
  /** The events reach back to `wellAt`: what is not among them did not happen. */
  readonly eventsComplete: boolean;
  /** The container of this name, as it is now. */
  readonly container: ContainerFacts | undefined;
  /** The pinned volume as it is now; `undefined`: gone, or none is pinned. */
  readonly volume: VolumeFacts | undefined;
  readonly filesystem: FilesystemView | undefined;
  readonly bootedAt: Instant | undefined;
}

/** Looks overlap with events: what happened this shortly before the last good look may be its end. */
const OVERLAP_MS = 15_000;

/** Lays out the case of one server; `undefined` while it was not looked at. */
export function caseOf(
  server: ServerConfig,
  symptoms: readonly Symptom[],
  history: History,
  snapshot: Snapshot,
  startedAt: Instant,
): Case | undefined {
  const memory = history.servers.get(server.name);
  const verified = snapshot.verified.get(server.name);
  const view = snapshot.servers.get(server.name);
  const placement = snapshot.placements.get(server.name);
  if (!memory || !verified || !view || !placement) return undefined;
  const { docker, disk } = snapshot;
  const inventory = docker.inventory?.observation.seen ? docker.inventory.observation.facts : undefined;
  const wellAt = lastWell(symptoms, memory);
  const from = wellAt === undefined ? Number.NEGATIVE_INFINITY : wellAt - OVERLAP_MS;
  const oldest = docker.events[0]?.at;
  const name = placement.container?.name ?? memory.container?.name;
  return {
    server,
    at: snapshot.at,
    memory,
    verified,
    view,
    placement,
    symptoms,
    wellAt,
    witnessed: wellAt !== undefined && wellAt >= startedAt,
    inventory,
    docker,
    events: docker.events.filter(({ at }) => at >= from),
    eventsComplete: docker.eventGaps === 0 && Math.min(startedAt, oldest ?? startedAt) <= (wellAt ?? from),
    container: inventory?.containers.find((container) => container.name === name),
    volume: inventory?.volumes.find((volume) => volume.name === memory.volume),
    filesystem: disk.filesystems.find(({ mountpoint }) => mountpoint === placement.mountpoint),
    bootedAt: disk.host?.lastSeen?.facts.bootedAt,
  };
}

/** When all that is wrong now was last seen right: of a database by itself, else of its server. */
function lastWell(symptoms: readonly Symptom[], memory: ServerMemory): Instant | undefined {
  const databases = symptoms.map(({ datname }) =>
    datname === undefined ? undefined : memory.databases.get(datname),
  );
  if (databases.some((database) => database === undefined)) return memory.wellAt;
  const seen = databases.map((database) => database?.lastSeenAt).filter((at) => at !== undefined);
  return seen.length === 0 ? memory.wellAt : Math.min(...seen);
}
