import type { ContainerFacts, DockerView } from '../model/docker.ts';
import type { History } from '../model/history.ts';
import type { ContainerVerdict, DockerVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** What can be said of the engine. */
export function diagnoseDocker(docker: DockerView): DockerVerdict {
  const look = docker.engine?.observation;
  return {
    enabled: docker.enabled,
    up: docker.enabled ? look?.seen : undefined,
    reason: look && !look.seen ? look.reason : undefined,
    detail: look && !look.seen ? look.detail : undefined,
    version: look?.seen ? look.facts.version : undefined,
    eventGaps: docker.eventGaps,
    eventTallies: docker.eventTallies,
    usage: docker.diskUsage?.observation.seen ? docker.diskUsage.observation.facts.usage : [],
  };
}

/** One verdict for the container of every server that has one; a container that is gone is not running. */
export function diagnoseContainers(history: History, snapshot: Snapshot): readonly ContainerVerdict[] {
  const inventory = snapshot.docker.inventory?.observation;
  const listed = inventory?.seen ? inventory.facts.containers : undefined;
  const verdicts: ContainerVerdict[] = [];
  for (const [server, memory] of history.servers) {
    const container = snapshot.placements.get(server)?.container ?? memory.container;
    if (container === undefined) continue;
    const facts = listed?.find(({ id, name }) => id === container.id || name === container.name);
    verdicts.push(verdict(server, container.name, listed !== undefined, facts, memory.oomKills));
  }
  return verdicts;
}

function verdict(
  server: string,
  name: string,
  looked: boolean,
  facts: ContainerFacts | undefined,
  oomKills: number,
): ContainerVerdict {
  return {
    server,
    name,
    running: looked ? facts?.state === 'running' : undefined,
    createdAt: facts?.createdAt,
    restarts: facts?.inspection?.restartCount,
    oomKills,
  };
}
