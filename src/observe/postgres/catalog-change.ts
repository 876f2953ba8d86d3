import type { DatabaseRow } from '../../model/postgres.ts';

/** What differs between two reads of the list of databases: names that came, went, or became another thing. */
export function changedNames(
  before: readonly DatabaseRow[],
  after: readonly DatabaseRow[],
): ReadonlySet<string> {
  if (sameInOrder(before, after)) return new Set();
  const old = new Map(before.map((row) => [row.datname, row]));
  const changed = new Set<string>();
  for (const row of after) {
    const previous = old.get(row.datname);
    if (!previous || !sameRow(previous, row)) changed.add(row.datname);
    old.delete(row.datname);
  }
  for (const name of old.keys()) changed.add(name);
  return changed;
}

/** Names whose oid is in no row any more: dropped or replaced, and not only renamed. */
export function vanishedNames(
  before: readonly DatabaseRow[],
  after: readonly DatabaseRow[],
): ReadonlySet<string> {
  const there = new Set(after.map((row) => row.oid));
  return new Set(before.filter((row) => !there.has(row.oid)).map((row) => row.datname));
}

/** Nearly every read is like the one before, and a sequential scan keeps the order. */
function sameInOrder(before: readonly DatabaseRow[], after: readonly DatabaseRow[]): boolean {
  return (
    before.length === after.length &&
    after.every((row, index) => {
      const previous = before[index];
      return previous !== undefined && previous.datname === row.datname && sameRow(previous, row);
    })
  );
}

function sameRow(a: DatabaseRow, b: DatabaseRow): boolean {
  return (
    a.oid === b.oid &&
    a.connectionLimit === b.connectionLimit &&
    a.isBeingDropped === b.isBeingDropped &&
    a.allowsConnections === b.allowsConnections &&
    a.isTemplate === b.isTemplate
  );
}
