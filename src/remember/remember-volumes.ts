import type { DockerView } from '../model/docker.ts';
import type { ServerMemory, VolumeMemory } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Instant } from '../model/time.ts';

/**
 * The volumes that servers are expected to have, after one look at Docker. A volume that could not be looked
 * for keeps what was known; one whose directory was deleted behind Docker's back counts as missing.
 */
export function rememberVolumes(
  memories: ReadonlyMap<string, VolumeMemory>,
  servers: ReadonlyMap<string, ServerMemory>,
  docker: DockerView,
  now: Instant,
  note: (happening: Omit<Happening, 'at'>) => void,
): ReadonlyMap<string, VolumeMemory> {
  const next = new Map<string, VolumeMemory>();
  const listed = docker.inventory?.observation.seen ? docker.inventory.observation : undefined;
  const facts = new Map(listed?.facts.volumes.map((volume) => [volume.name, volume]));
  for (const [server, { volume }] of servers) {
    if (volume === undefined) continue;
    const before = { lastSeenAt: undefined, missingSince: undefined, ...memories.get(volume), server };
    next.set(volume, listed ? after(before, volume, facts.get(volume), listed.at, now, note) : before);
  }
  return next;
}

function after(
  memory: VolumeMemory,
  volume: string,
  facts: { readonly dataMissing: boolean } | undefined,
  lookedAt: Instant,
  now: Instant,
  note: (happening: Omit<Happening, 'at'>) => void,
): VolumeMemory {
  const { server } = memory;
  if (facts !== undefined && !facts.dataMissing) {
    if (memory.missingSince !== undefined) note({ kind: 'volume_returned', server, volume });
    return { server, lastSeenAt: lookedAt, missingSince: undefined };
  }
  if (memory.missingSince !== undefined) return memory;
  note({ kind: 'volume_missing', server, volume, details: { directory_deleted: facts !== undefined } });
  return { ...memory, missingSince: now };
}
