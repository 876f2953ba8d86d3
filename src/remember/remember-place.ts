import type { FilesystemView } from '../model/disk.ts';
import type { ContainerFacts } from '../model/docker.ts';
import type { ServerMemory } from '../model/history.ts';
import type { Placement } from '../model/placement.ts';
import type { ConnectReason } from '../model/reason.ts';
import type { Instant } from '../model/time.ts';

/** Since when the data does not lie where it belongs, or has no room left; the same object when nothing changed. */
export function rememberPlace(
  memory: ServerMemory,
  sighting: {
    readonly placement: Placement | undefined;
    readonly container: ContainerFacts | undefined;
    readonly filesystem: FilesystemView | undefined;
    readonly reason: ConnectReason | undefined;
    readonly now: Instant;
  },
): ServerMemory {
  const { placement, container, now } = sighting;
  const off = isOffVolume(memory, placement, container);
  const full = isFull(sighting);
  const offVolumeSince =
    off === undefined ? memory.offVolumeSince : off ? (memory.offVolumeSince ?? now) : undefined;
  const diskFullSince =
    full === undefined ? memory.diskFullSince : full ? (memory.diskFullSince ?? now) : undefined;
  const mount = mountOf(memory, placement, container);
  if (
    offVolumeSince === memory.offVolumeSince &&
    diskFullSince === memory.diskFullSince &&
    mount === memory.mount
  )
    return memory;
  return { ...memory, offVolumeSince, diskFullSince, mount };
}

/** `undefined`: there is no container to look at, so nothing is said. */
function isOffVolume(
  memory: ServerMemory,
  placement: Placement | undefined,
  container: ContainerFacts | undefined,
): boolean | undefined {
  if (memory.volume === undefined) return false;
  if (placement?.container === undefined || container === undefined) return undefined;
  return placement.volume !== memory.volume;
}

/** `undefined`: it could not be measured, so nothing is said. */
function isFull({
  filesystem,
  reason,
}: {
  readonly filesystem: FilesystemView | undefined;
  readonly reason: ConnectReason | undefined;
}): boolean | undefined {
  if (reason === 'disk_full') return true;
  const usage = filesystem?.usage?.observation;
  if (!usage?.seen) return undefined;
  return usage.facts.availBytes === 0 || (usage.facts.files > 0 && usage.facts.filesFree === 0);
}

/** The mount of the pinned volume, as it is while it is mounted right. */
function mountOf(
  memory: ServerMemory,
  placement: Placement | undefined,
  container: ContainerFacts | undefined,
): ServerMemory['mount'] {
  if (placement?.mount === undefined || container === undefined || placement.volume !== memory.volume)
    return memory.mount;
  const composeProject = container.labels.get('com.docker.compose.project');
  const { destination } = placement.mount;
  if (memory.mount?.destination === destination && memory.mount.composeProject === composeProject)
    return memory.mount;
  return { destination, composeProject };
}
