import type { ConnectReason } from '../../model/reason.ts';
import type { Case } from '../case.ts';
import { blindSymptoms, connectionEvidence } from './blind.ts';
import type { Finding } from './rule.ts';

/** Nothing answers, not even with a refusal: the way to the server is broken. */
const SILENCES: readonly ConnectReason[] = ['unreachable', 'dns', 'timeout'];

export function network(facts: Case): readonly Finding[] {
  const explains = blindSymptoms(facts, SILENCES);
  return explains
    ? [
        {
          cause: 'network',
          confidence: 'observed',
          evidence: connectionEvidence(facts),
          explains,
          urgent: false,
        },
      ]
    : [];
}
