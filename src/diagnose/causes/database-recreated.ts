import type { Case } from '../case.ts';
import { lastSeenEvidence } from './last-seen.ts';
import { dropEvidence, lostDatabases, nameOfOid } from './lost-database.ts';
import { type Finding, witnessed } from './rule.ts';

/** The same cluster lists the name with another oid, and the old oid nowhere: dropped, and made again. */
export function databaseRecreated(facts: Case): readonly Finding[] {
  return lostDatabases(facts, 'database_replaced').flatMap((lost): Finding[] => {
    const { pin, stranger } = lost.memory;
    if (!pin || !stranger || stranger.oid === pin.oid || nameOfOid(facts, pin.oid) !== undefined) return [];
    return [
      {
        cause: 'database_recreated',
        confidence: witnessed(facts),
        evidence: [
          {
            kind: 'oid_changed',
            at: stranger.since,
            source: 'postgres_catalog',
            facts: { datname: lost.datname, before: pin.oid, after: stranger.oid },
          },
          lastSeenEvidence(lost.datname, lost.memory, facts),
          ...dropEvidence(facts, lost.datname),
        ],
        explains: [lost.symptom],
        urgent: true,
      },
    ];
  });
}
