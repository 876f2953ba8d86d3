import type { Evidence } from '../../model/evidence.ts';
import type { DatabaseMemory } from '../../model/history.ts';
import type { Case } from '../case.ts';

/** More would bury the rest of the evidence; the configured ones come first. */
const MAX_DATABASES = 10;

/** When each expected database of the server was last there, how big, in how many tables. */
export function lastSeenOfServer(facts: Case): readonly Evidence[] {
  return [...facts.memory.databases]
    .filter(([, { source, firstSeenAt }]) => source !== undefined && firstSeenAt !== undefined)
    .sort(([, a], [, b]) => Number(b.source === 'config') - Number(a.source === 'config'))
    .slice(0, MAX_DATABASES)
    .map(([datname, memory]) => lastSeenEvidence(datname, memory, facts));
}

/** When one database was last there, how big, in how many tables. */
export function lastSeenEvidence(datname: string, memory: DatabaseMemory, facts: Case): Evidence {
  return {
    kind: 'last_seen',
    at: memory.lastSeenAt ?? facts.wellAt ?? facts.memory.catalogAt,
    source: 'memory',
    facts: {
      datname,
      ...(memory.pin && { oid: memory.pin.oid }),
      ...(memory.lastSizeBytes !== undefined && { size_bytes: memory.lastSizeBytes }),
      ...(memory.tables && { tables: memory.tables.tables }),
    },
  };
}

/** How many tables a database had, and how many it has now. */
export function tablesEvidence(datname: string, { memory, view }: Case): readonly Evidence[] {
  const before = memory.databases.get(datname)?.tables;
  const now = view.tables.get(datname)?.lastSeen;
  return [
    ...(before
      ? [
          {
            kind: 'tables_before' as const,
            at: before.suspectedAt ?? before.countedAt,
            source: 'memory' as const,
            facts: { datname, tables: before.tables, non_empty_tables: before.nonEmptyTables },
          },
        ]
      : []),
    ...(now
      ? [
          {
            kind: 'tables_after' as const,
            at: now.at,
            source: 'postgres_catalog' as const,
            facts: { datname, tables: now.facts.tables, non_empty_tables: now.facts.nonEmptyTables },
          },
        ]
      : []),
  ];
}
