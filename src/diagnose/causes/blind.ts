import type { Evidence } from '../../model/evidence.ts';
import type { Symptom } from '../../model/incident.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Case } from '../case.ts';
import { led } from './rule.ts';

/** The blindness of a server, if a fresh connection failed for one of these reasons. */
export function blindSymptoms(
  facts: Case,
  reasons: readonly ConnectReason[],
): readonly [Symptom, ...Symptom[]] | undefined {
  const look = facts.view.connect?.observation;
  if (!look || look.seen || !reasons.includes(look.reason)) return undefined;
  return led(facts.symptoms.filter(({ kind }) => kind === 'blind'));
}

/** How the last fresh connection failed. */
export function connectionEvidence({ view, verified }: Case): readonly Evidence[] {
  const look = view.connect?.observation;
  if (!look || look.seen) return [];
  return [
    {
      kind: 'connection_failed',
      at: look.at,
      source: 'postgres_connection',
      facts: { answer: look.reason, state: verified.state ?? 'unknown' },
    },
  ];
}
