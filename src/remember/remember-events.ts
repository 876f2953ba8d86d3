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
  const happenings = afterMark(events, history.lastEventNano).flatMap(
    (event) => ofEvent(event, containers, volumes) ?? [],
  );
  return { happenings, lastEventNano: events.at(-1)?.timeNano ?? history.lastEventNano };
}

/**
 * What arrived after the event of the mark. Where that one is gone from the list, what is younger than it; unless
 * nothing is, for then the clock of the engine was set back and the mark says nothing.
 */
function afterMark(events: readonly DockerEvent[], mark: string | undefined): readonly DockerEvent[] {
  if (mark === undefined) return events;
  const known = events.findLastIndex(({ timeNano }) => timeNano === mark);
  if (known >= 0) return events.slice(known + 1);
  const younger = events.filter(({ timeNano }) => BigInt(timeNano) > BigInt(mark));
  return younger.length > 0 ? younger : events;
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
