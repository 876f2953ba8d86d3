import type { Case } from '../case.ts';
import { lastSeenEvidence } from './last-seen.ts';
import { lostDatabases, nameOfOid } from './lost-database.ts';
import { type Finding, witnessed } from './rule.ts';

/** The same cluster lists the database's oid under another name; two may have swapped theirs. */
export function databaseRenamed(facts: Case): readonly Finding[] {
  const lost = [...lostDatabases(facts, 'database_missing'), ...lostDatabases(facts, 'database_replaced')];
  return lost.flatMap((database): Finding[] => {
    const oid = database.memory.pin?.oid;
    const now = oid === undefined ? undefined : nameOfOid(facts, oid);
    if (oid === undefined || now === undefined || now === database.datname) return [];
    return [
      {
        cause: 'database_renamed',
        confidence: witnessed(facts),
        evidence: [
          {
            kind: 'renamed_to',
            at: facts.memory.catalogAt,
            source: 'postgres_catalog',
            facts: { before: database.datname, after: now, oid },
          },
          lastSeenEvidence(database.datname, database.memory, facts),
        ],
        explains: [database.symptom],
        urgent: true,
      },
    ];
  });
}
