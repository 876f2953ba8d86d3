import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import type { Finding } from './rule.ts';

/** The host was booted after the server was last seen, and the server did not come back. */
export function hostRebooted(facts: Case): readonly Finding[] {
  const { bootedAt, memory } = facts;
  const explains = downSymptoms(facts);
  if (!explains || bootedAt === undefined || memory.lastUpAt === undefined || bootedAt <= memory.lastUpAt)
    return [];
  return [
    {
      cause: 'host_rebooted',
      confidence: 'inferred',
      evidence: [
        {
          kind: 'host_booted',
          at: bootedAt,
          source: 'host',
          facts: { booted_at: new Date(bootedAt).toISOString() },
        },
        ...containerEvidence(facts),
      ],
      explains,
      urgent: false,
    },
  ];
}
