import type { FilesystemView } from '../model/disk.ts';
import type { ContainerFacts } from '../model/docker.ts';
import type { ServerMemory } from '../model/history.ts';
import type { Placement } from '../model/placement.ts';
import type { ConnectReason } from '../model/reason.ts';
import type { Instant } from '../model/time.ts';

/** What one tick says of the place of a server's data. */
export interface PlaceSighting {
  readonly placement: Placement | undefined;
  readonly container: ContainerFacts | undefined;
  readonly filesystem: FilesystemView | undefined;
  readonly reason: ConnectReason | undefined;
  /** The known cluster is up, by a look that began after Docker listed the container as it is. */
  readonly wellHere: boolean;
  readonly now: Instant;
}

/** Since when the data does not lie where it belongs, or has no room left; the same object when nothing changed. */
export function rememberPlace(memory: ServerMemory, sighting: PlaceSighting): ServerMemory {
  const { placement, container, now } = sighting;
  const off = isOffVolume(memory, placement, container);
  const full = isFull(sighting);
  const offVolumeSince =
    off === undefined ? memory.offVolumeSince : off ? (memory.offVolumeSince ?? now) : undefined;
  const diskFullSince =
    full === undefined ? memory.diskFullSince : full ? (memory.diskFullSince ?? now) : undefined;
  const home = homeOf(memory, sighting);
  if (
    offVolumeSince === memory.offVolumeSince &&
    diskFullSince === memory.diskFullSince &&
    home === memory.home
  )
    return memory;
  return { ...memory, offVolumeSince, diskFullSince, home };
}

/** `undefined`: there is no container to look at, so nothing is said. */
function isOffVolume(
  memory: ServerMemory,
  placement: Placement | undefined,
  container: ContainerFacts | undefined,
): boolean | undefined {
  if (memory.volume === undefined) return false;
  if (placement?.container === undefined || container === undefined) return undefined;
  if (placement.volume === memory.volume) return false;
  // A guessed data directory proves nothing against a mount.
  return placement.dataDirectory === undefined ? undefined : true;
}

/** `undefined`: it could not be measured, so nothing is said. */
function isFull({ filesystem, reason }: PlaceSighting): boolean | undefined {
  if (reason === 'disk_full') return true;
  const usage = filesystem?.usage?.observation;
  if (!usage?.seen) return undefined;
  return usage.facts.availBytes === 0 || (usage.facts.files > 0 && usage.facts.filesFree === 0);
}

/** Where the data lies, as long as the very cluster that we know is seen there. */
function homeOf(
  memory: ServerMemory,
  { placement, container, wellHere }: PlaceSighting,
): ServerMemory['home'] {
  if (!wellHere || placement?.mount === undefined || container === undefined) return memory.home;
  if (placement.volume !== memory.volume) return memory.home;
  const composeProject = container.labels.get('com.docker.compose.project');
  const { destination } = placement.mount;
  const { home } = memory;
  const same =
    home?.containerId === container.id &&
    home.destination === destination &&
    home.composeProject === composeProject;
  return same ? home : { containerId: container.id, destination, composeProject };
}
