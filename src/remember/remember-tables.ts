import type { DatabaseMemory, TablesMemory } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Seen } from '../model/observation.ts';
import type { TablesFacts } from '../model/postgres.ts';

/** Fewer tables than this share of before: dropped, not tidied up. */
const FEW_TABLES = 0.5;
/** Fewer tables that hold rows than this share of before: emptied, not one of many truncated. */
const FEW_NON_EMPTY = 0.2;

/**
 * Whether a database holds far less than in its own recent past. Counted are tables and tables with rows,
 * never bytes: VACUUM FULL halves those every day. Two counts in a row must agree, for a migration or a
 * restore may drop and make tables in between. A small loss becomes the new normal.
 */
export function rememberTables(
  datname: string,
  memory: DatabaseMemory,
  count: Seen<TablesFacts> | undefined,
  note: (happening: Omit<Happening, 'at' | 'server'>) => void,
): DatabaseMemory {
  if (count === undefined || memory.missingSince !== undefined || memory.stranger !== undefined)
    return memory;
  const before = memory.tables;
  if (before !== undefined && count.at <= before.countedAt) return memory;
  const now = { tables: count.facts.tables, nonEmptyTables: count.facts.nonEmptyTables, countedAt: count.at };
  if (before === undefined || !isCollapse(before, now)) {
    return { ...memory, tables: { ...now, suspectedAt: undefined }, shrunkSince: undefined };
  }
  const suspectedAt = before.suspectedAt ?? count.at;
  const tables = { ...before, countedAt: count.at, suspectedAt };
  if (memory.shrunkSince !== undefined || before.suspectedAt === undefined) return { ...memory, tables };
  note({
    kind: 'database_shrunk',
    datname,
    details: {
      tables_before: before.tables,
      tables: now.tables,
      non_empty_before: before.nonEmptyTables,
      non_empty: now.nonEmptyTables,
    },
  });
  return { ...memory, tables, shrunkSince: suspectedAt };
}

function isCollapse(before: TablesMemory, now: Pick<TablesMemory, 'tables' | 'nonEmptyTables'>): boolean {
  if (before.tables > 0 && now.tables < before.tables * FEW_TABLES) return true;
  return before.nonEmptyTables > 0 && now.nonEmptyTables < before.nonEmptyTables * FEW_NON_EMPTY;
}
