import type { ServerConfig } from '../model/config.ts';
import type { InventoryFacts, MountFacts } from '../model/docker.ts';
import type { Placement } from '../model/placement.ts';
import { findContainer, isLocalAddress } from './locate-container.ts';

/** The image's own choice up to PostgreSQL 17; used only to look for a mount, never reported as known. */
const DEFAULT_DATA_DIRECTORY = '/var/lib/postgresql/data';

/** What is known of a server beside its configuration. */
export interface KnownPlace {
  /** `data_directory`, as the server told. */
  readonly dataDirectory: string | undefined;
  /** The address that our connection reached. */
  readonly remoteAddress: string | undefined;
  /** Where it was found before. */
  readonly remembered: RememberedPlace | undefined;
}

export interface RememberedPlace {
  readonly container?: { readonly id: string; readonly name: string };
  readonly volume?: string;
}

/**
 * Finds where a server's data lives: server → container → the mount that covers its data directory → volume. What
 * is ambiguous is not found: a wrong placement would blame the wrong volume. `mountpoint` is left to the disk
 * observer.
 */
export function locate(
  server: ServerConfig,
  known: KnownPlace,
  inventory: InventoryFacts | undefined,
): Placement {
  const container = inventory && findContainer(server, known, inventory.containers);
  if (!inventory || !container) return withoutContainer(server, known, inventory);
  const dataDirectory = known.dataDirectory ?? container.inspection?.pgdata;
  const mount = coveringMount(container.mounts, dataDirectory ?? DEFAULT_DATA_DIRECTORY);
  return {
    dataDirectory,
    container: { id: container.id, name: container.name },
    mount,
    volume: mount?.volume,
    hostPath: mount && hostPathOf(mount, inventory),
    mountpoint: undefined,
  };
}

function withoutContainer(
  server: ServerConfig,
  known: KnownPlace,
  inventory: InventoryFacts | undefined,
): Placement {
  const volume = server.docker.volume;
  const mountpoint = inventory?.volumes.find(({ name }) => name === volume)?.mountpoint;
  const hostPath = mountpoint || (isOnThisMachine(server, known) ? known.dataDirectory : undefined);
  return {
    dataDirectory: known.dataDirectory,
    container: undefined,
    mount: undefined,
    volume,
    hostPath,
    mountpoint: undefined,
  };
}

/** Without Docker a local server's path is a path here, unless it looks like one inside a container. */
function isOnThisMachine(server: ServerConfig, known: KnownPlace): boolean {
  const { container, volume } = server.docker;
  const everInContainer = container ?? volume ?? known.remembered?.container ?? known.remembered?.volume;
  const likeInImage = /^\/var\/lib\/postgresql\/(data|\d+\/docker)\/?$/.test(known.dataDirectory ?? '');
  const isLocal = server.host.startsWith('/') || isLocalAddress(server.host);
  return everInContainer === undefined && isLocal && !likeInImage;
}

/** Takes a container's mounts and a path inside it; gives the mount with the longest destination above that path. */
export function coveringMount(mounts: readonly MountFacts[], path: string): MountFacts | undefined {
  return mounts
    .filter(({ destination }) => isWithin(path, destination))
    .reduce<MountFacts | undefined>(
      (best, mount) =>
        best && partsOf(best.destination).length >= partsOf(mount.destination).length ? best : mount,
      undefined,
    );
}

function isWithin(path: string, ancestor: string): boolean {
  const parts = partsOf(path);
  return ancestor.startsWith('/') && partsOf(ancestor).every((part, index) => parts[index] === part);
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function hostPathOf(mount: MountFacts, inventory: InventoryFacts): string | undefined {
  if (mount.type === 'bind') return mount.source || undefined;
  if (mount.volume === undefined) return undefined;
  return inventory.volumes.find(({ name }) => name === mount.volume)?.mountpoint || mount.source || undefined;
}
