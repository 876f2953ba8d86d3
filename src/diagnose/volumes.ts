import type { ContainerFacts } from '../model/docker.ts';
import type { History } from '../model/history.ts';
import type { Placement } from '../model/placement.ts';
import type { VolumeVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** One verdict for every volume that a server is expected to have or has now, in order of name. */
export function diagnoseVolumes(history: History, snapshot: Snapshot): readonly VolumeVerdict[] {
  const inventory = snapshot.docker.inventory?.observation;
  const listed = inventory?.seen
    ? new Map(inventory.facts.volumes.map((volume) => [volume.name, volume]))
    : undefined;
  const listedContainers = inventory?.seen ? inventory.facts.containers : [];
  const usage = snapshot.docker.diskUsage?.observation;
  const sizes = usage?.seen ? usage.facts.volumeSizes : undefined;
  const servers = serversOf(history, snapshot);
  return [...servers]
    .map(([name, server]): VolumeVerdict => {
      const memory = history.volumes.get(name);
      const facts = listed?.get(name);
      const placement = snapshot.placements.get(server);
      return {
        name,
        expected: memory !== undefined,
        present: listed === undefined ? undefined : facts !== undefined && !facts.dataMissing,
        server,
        container: placement?.container?.name ?? history.servers.get(server)?.container?.name,
        mounted:
          listed === undefined || memory === undefined
            ? undefined
            : isMounted(name, placement, goneContainer(history, server, listedContainers)),
        createdAt: facts?.dataMissing ? undefined : facts?.createdAt,
        sizeBytes: facts === undefined ? undefined : sizes?.get(name),
        lastSeenAt: memory?.lastSeenAt,
        missingSince: memory?.missingSince,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `undefined`: the container was not found, or its data directory is only guessed. */
function isMounted(
  volume: string,
  placement: Placement | undefined,
  containerGone: boolean,
): boolean | undefined {
  if (placement?.container === undefined) return containerGone ? false : undefined;
  if (placement.volume === volume) return true;
  return placement.dataDirectory === undefined ? undefined : false;
}

/** Docker lists neither the container that had the data nor one of its name. */
function goneContainer(history: History, server: string, containers: readonly ContainerFacts[]): boolean {
  const before = history.servers.get(server)?.container;
  return before !== undefined && !containers.some(({ id, name }) => id === before.id || name === before.name);
}

/** Volume → the server whose data it holds, or should hold. */
function serversOf(history: History, snapshot: Snapshot): ReadonlyMap<string, string> {
  const servers = new Map<string, string>();
  for (const [server, { volume }] of snapshot.placements)
    if (volume !== undefined) servers.set(volume, server);
  for (const [name, { server }] of history.volumes) servers.set(name, server);
  return servers;
}
