import type { DockerEvent } from '../../model/docker.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';

const TELLING = ['kill', 'die', 'stop', 'destroy', 'create', 'start', 'oom', 'restart', 'pause'];

/** The events of the server's own container that change whether it runs. */
export function containerEvents(facts: Case): readonly DockerEvent[] {
  const name = facts.container?.name ?? facts.memory.container?.name;
  const id = facts.memory.container?.id;
  return facts.events.filter(
    (event) =>
      event.type === 'container' &&
      TELLING.includes(event.action) &&
      (event.name === name || event.id === id) &&
      name !== undefined,
  );
}

/** Events as evidence; identifiers are cut to the length that `docker ps` shows. */
export function asEvidence(events: readonly DockerEvent[], kind: Evidence['kind']): readonly Evidence[] {
  return events.map(({ at, action, id, name, attributes }) => ({
    kind,
    at,
    source: 'docker_event',
    facts: {
      action,
      id: id.slice(0, 12),
      ...(name !== undefined && { name }),
      ...Object.fromEntries(attributes),
    },
  }));
}

/** History may be incomplete: said, so that a reader does not take silence for proof. */
export function gapEvidence(facts: Case): readonly Evidence[] {
  return facts.docker.eventGaps === 0
    ? []
    : [
        {
          kind: 'events_lost',
          at: undefined,
          source: 'docker_event',
          facts: { gaps: facts.docker.eventGaps },
        },
      ];
}
