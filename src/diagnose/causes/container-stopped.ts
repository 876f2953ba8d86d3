import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import { containerEvents } from './events.ts';
import type { Finding } from './rule.ts';

/** The container is there and does not run, and nothing else explains that. */
export function containerStopped(facts: Case): readonly Finding[] {
  const { container } = facts;
  const explains = downSymptoms(facts);
  if (!explains || !container || !['exited', 'created', 'dead', 'paused'].includes(container.state))
    return [];
  const seen = containerEvents(facts).some(
    ({ action }) => action === 'die' || action === 'stop' || action === 'pause',
  );
  return [
    {
      cause: 'container_stopped',
      confidence: seen ? 'observed' : 'inferred',
      evidence: containerEvidence(facts),
      explains,
      urgent: false,
    },
  ];
}
