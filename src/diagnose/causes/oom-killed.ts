import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import { containerEvents } from './events.ts';
import type { Finding } from './rule.ts';

/** The kernel killed a process of the container for memory. */
export function oomKilled(facts: Case): readonly Finding[] {
  const explains = downSymptoms(facts);
  const seen = containerEvents(facts).some(({ action }) => action === 'oom');
  const told = facts.container?.inspection?.oomKilled === true && facts.container.state !== 'running';
  if (!explains || (!seen && !told)) return [];
  return [
    {
      cause: 'oom_killed',
      confidence: seen ? 'observed' : 'inferred',
      evidence: containerEvidence(facts),
      explains,
      urgent: false,
    },
  ];
}
