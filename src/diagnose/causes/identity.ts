import type { Evidence, EvidenceSource } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { initializedAt } from '../system-identifier.ts';

/** Which cluster it was and which it is, and when initdb made the new one. */
export function identityEvidence({ memory, placement, docker }: Case): readonly Evidence[] {
  const { stranger, pin } = memory;
  if (!stranger || !pin) return [];
  const control = placement.container && docker.controls.get(placement.container.id)?.lastSeen?.facts;
  const source: EvidenceSource =
    control?.systemIdentifier === stranger.systemIdentifier ? 'pg_control' : 'postgres_connection';
  const made = initializedAt(stranger.systemIdentifier);
  return [
    {
      kind: 'system_identifier_changed',
      at: stranger.since,
      source,
      facts: { before: pin.systemIdentifier, after: stranger.systemIdentifier },
    },
    ...(made === undefined
      ? []
      : [
          {
            kind: 'initialized' as const,
            at: made,
            source,
            facts: { system_identifier: stranger.systemIdentifier },
          },
        ]),
  ];
}
