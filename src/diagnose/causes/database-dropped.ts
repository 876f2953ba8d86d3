import type { Case } from '../case.ts';
import { lastSeenEvidence } from './last-seen.ts';
import { dropEvidence, lostDatabases, nameOfOid } from './lost-database.ts';
import { type Finding, witnessed } from './rule.ts';

/** The same cluster does not list the database any more, under no name. */
export function databaseDropped(facts: Case): readonly Finding[] {
  return lostDatabases(facts, 'database_missing')
    .filter(({ memory }) => memory.pin !== undefined && nameOfOid(facts, memory.pin.oid) === undefined)
    .map((lost) => ({
      cause: 'database_dropped',
      confidence: witnessed(facts),
      evidence: [
        {
          kind: 'row_absent',
          at: facts.memory.catalogAt,
          source: 'postgres_catalog',
          facts: { datname: lost.datname, system_identifier: facts.verified.systemIdentifier ?? '' },
        },
        lastSeenEvidence(lost.datname, lost.memory, facts),
        ...dropEvidence(facts, lost.datname),
      ],
      explains: [lost.symptom],
      urgent: true,
    }));
}
