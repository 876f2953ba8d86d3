import type { BackupView } from '../model/backup-view.ts';
import type { Config, ServerConfig } from '../model/config.ts';
import type { DiskView } from '../model/disk.ts';
import type { DockerView, InventoryFacts } from '../model/docker.ts';
import type { History } from '../model/history.ts';
import type { Placement } from '../model/placement.ts';
import type { PostgresView } from '../model/postgres.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Clock } from '../model/time.ts';
import { locate } from './locate.ts';
import { verifyServer } from './verify.ts';

/** The latest views of all observers. */
export interface Views {
  readonly servers: ReadonlyMap<string, PostgresView>;
  readonly docker: DockerView;
  readonly disk: DiskView;
  /** By the name of their source. */
  readonly backups: ReadonlyMap<string, BackupView>;
}

/** Lays the latest views side by side: where each server's data lives, and what is verified of it. Pure. */
export function takeSnapshot(config: Config, history: History, views: Views, clock: Clock): Snapshot {
  const monotonicMs = clock.monotonic();
  const placements = new Map<string, Placement>();
  const verified = new Map<string, ReturnType<typeof verifyServer>>();
  const inventory = views.docker.inventory;
  const listed = inventory?.observation.seen ? inventory.observation.facts : undefined;
  // Where data lies does not change because Docker is silent for a moment.
  const known = inventory?.lastSeen?.facts;
  const maxAges = beliefs(config);
  for (const server of config.servers) {
    const view = views.servers.get(server.name);
    if (!view) continue;
    placements.set(server.name, placementOf(server, view, history, known, views.disk));
    const volumeGone = goneVolume(server, history, listed);
    const seen = verifyServer(view, { monotonicMs, volumeGone, ...maxAges });
    const systemIdentifier =
      seen.systemIdentifier ?? identityWithoutLogin(placements.get(server.name), views.docker);
    verified.set(server.name, { ...seen, systemIdentifier });
  }
  return {
    at: clock.now(),
    monotonicMs,
    servers: views.servers,
    placements,
    verified,
    docker: views.docker,
    disk: views.disk,
    backups: views.backups,
  };
}

/** How old a look may be before it is not believed: three cadences, and the time a look may take. */
function beliefs({ intervals, timeouts }: Config): { catalogMaxAgeMs: number; connectMaxAgeMs: number } {
  const lookMs = timeouts.connect + timeouts.query;
  return {
    catalogMaxAgeMs: 3 * intervals.presence + lookMs,
    connectMaxAgeMs: 3 * intervals.connect + lookMs,
  };
}

function placementOf(
  server: ServerConfig,
  view: PostgresView,
  history: History,
  inventory: InventoryFacts | undefined,
  disk: DiskView,
): Placement {
  const memory = history.servers.get(server.name);
  const facts = view.connect?.lastSeen?.facts;
  const dataDirectory = facts?.dataDirectory ?? memory?.dataDirectory;
  const remembered = memory && {
    ...(memory.container && { container: memory.container }),
    ...(memory.volume !== undefined && { volume: memory.volume }),
  };
  const found = locate(server, { dataDirectory, remoteAddress: facts?.remoteAddress, remembered }, inventory);
  const mountpoint = found.hostPath === undefined ? undefined : disk.mountpointOf.get(found.hostPath);
  return { ...found, mountpoint };
}

/** A server that does not let us in, or does not run, is known by what its pg_control says. */
function identityWithoutLogin(placement: Placement | undefined, docker: DockerView): string | undefined {
  const control = placement?.container && docker.controls.get(placement.container.id)?.observation;
  return control?.seen ? control.facts.systemIdentifier : undefined;
}

function goneVolume(
  server: ServerConfig,
  history: History,
  inventory: InventoryFacts | undefined,
): string | undefined {
  const volume = server.docker.volume ?? history.servers.get(server.name)?.volume;
  if (volume === undefined || inventory === undefined) return undefined;
  const found = inventory.volumes.find(({ name }) => name === volume);
  return found === undefined || found.dataMissing ? volume : undefined;
}
