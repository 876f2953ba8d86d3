import type { DockerEvent } from '../model/docker.ts';
import type { History } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';

/** The Docker events about watched objects that the journal does not have yet, oldest first. */
export function newEvents(
  events: readonly DockerEvent[],
  history: History,
): { readonly happenings: readonly Happening[]; readonly lastEventNano: string | undefined } {
  const containers = new Map<string, string>();
  const volumes = new Map<string, string>();
  for (const [server, memory] of history.servers) {
    if (memory.container) containers.set(memory.container.name, server);
    if (memory.volume) volumes.set(memory.volume, server);
  }
  const last = history.lastEventNano === undefined ? undefined : BigInt(history.lastEventNano);
  let newest = last;
  const happenings: Happening[] = [];
  for (const event of events) {
    const nano = BigInt(event.timeNano);
    if (last !== undefined && nano <= last) continue;
    if (newest === undefined || nano > newest) newest = nano;
    const happening = ofEvent(event, containers, volumes);
    if (happening) happenings.push(happening);
  }
  return { happenings, lastEventNano: newest?.toString() };
}

/** Noise of health checks and attached terminals: it says nothing about data. */
const NOISE = /^(exec_|attach|resize|top|health_status)/;

function ofEvent(
  event: DockerEvent,
  containers: ReadonlyMap<string, string>,
  volumes: ReadonlyMap<string, string>,
): Happening | undefined {
  if (NOISE.test(event.action)) return undefined;
  const details = { type: event.type, action: event.action, ...Object.fromEntries(event.attributes) };
  if (event.type === 'container' && event.name !== undefined) {
    const server = containers.get(event.name);
    return server === undefined
      ? undefined
      : { at: event.at, kind: 'docker_event', server, container: event.name, details };
  }
  if (event.type === 'volume') {
    if (event.action === 'prune') return { at: event.at, kind: 'docker_event', details };
    const server = volumes.get(event.id);
    return server === undefined
      ? undefined
      : { at: event.at, kind: 'docker_event', server, volume: event.id, details };
  }
  return event.type === 'daemon' ? { at: event.at, kind: 'docker_event', details } : undefined;
}
