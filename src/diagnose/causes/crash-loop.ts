import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import { containerEvents } from './events.ts';
import type { Finding } from './rule.ts';

/** So many ends in one outage are no accident. */
const CRASHES = 3;

/** The container starts and dies again and again. */
export function crashLoop(facts: Case): readonly Finding[] {
  const explains = downSymptoms(facts);
  const died = containerEvents(facts).filter(({ action }) => action === 'die').length;
  const restarts = facts.container?.inspection?.restartCount ?? 0;
  const restarting = facts.container?.state === 'restarting' && restarts >= CRASHES;
  if (!explains || (died < CRASHES && !restarting)) return [];
  return [
    {
      cause: 'crash_loop',
      confidence: died >= CRASHES ? 'observed' : 'inferred',
      evidence: containerEvidence(facts),
      explains,
      urgent: false,
    },
  ];
}
