import type { Case } from '../case.ts';
import { type Finding, witnessed } from './rule.ts';

/** An interrupted DROP DATABASE leaves the row with a connection limit of -2 (PostgreSQL docs, pg_database). */
const INVALID = -2;
/** Every DROP DATABASE sets the limit before it removes the files (dbcommands.c): one that goes on is no interrupted one. */
const DROP_TAKES_MS = 5_000;

export function interruptedDrop(facts: Case): readonly Finding[] {
  const rows = facts.view.catalog?.observation.seen ? facts.view.catalog.observation.facts.databases : [];
  return facts.symptoms.flatMap((symptom): Finding[] => {
    const row = rows.find(({ datname }) => datname === symptom.datname);
    if (symptom.kind !== 'database_unreadable' || row?.connectionLimit !== INVALID) return [];
    return [
      {
        cause: 'interrupted_drop',
        confidence: witnessed(facts),
        evidence: [
          {
            kind: 'invalid_database',
            at: facts.view.catalog?.observation.at,
            source: 'postgres_catalog',
            facts: { datname: row.datname, oid: row.oid, connection_limit: INVALID },
          },
        ],
        explains: [symptom],
        urgent: facts.at - symptom.since >= DROP_TAKES_MS,
      },
    ];
  });
}
