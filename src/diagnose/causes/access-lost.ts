import type { ConnectReason } from '../../model/reason.ts';
import type { Case } from '../case.ts';
import { blindSymptoms, connectionEvidence } from './blind.ts';
import type { Finding } from './rule.ts';

/** The server answers, and does not let us in. */
const REFUSALS: readonly ConnectReason[] = [
  'auth_failed',
  'access_denied',
  'permission_denied',
  'no_password',
  'saturated',
  'connections_disallowed',
  'tls',
];

export function accessLost(facts: Case): readonly Finding[] {
  const explains = blindSymptoms(facts, REFUSALS);
  return explains
    ? [
        {
          cause: 'access_lost',
          confidence: 'observed',
          evidence: connectionEvidence(facts),
          explains,
          urgent: false,
        },
      ]
    : [];
}
