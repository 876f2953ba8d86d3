import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import { containerEvents } from './events.ts';
import type { Finding } from './rule.ts';

/** The container of the server does not exist any more; its volume does. */
export function containerRemoved(facts: Case): readonly Finding[] {
  const { memory, inventory, container } = facts;
  const explains = downSymptoms(facts);
  if (!explains || memory.container === undefined || inventory === undefined || container !== undefined)
    return [];
  const seen = containerEvents(facts).some(({ action }) => action === 'destroy');
  return [
    {
      cause: 'container_removed',
      confidence: seen ? 'observed' : 'inferred',
      evidence: [
        {
          kind: 'container_absent',
          at: facts.docker.inventory?.observation.at,
          source: 'docker_list',
          facts: { name: memory.container.name },
        },
        ...containerEvidence(facts),
      ],
      explains,
      urgent: false,
    },
  ];
}
