import type { CatalogFacts, DatabaseRow } from '../../model/postgres.ts';
import { changedNames, vanishedNames } from './catalog-change.ts';

/** The last list of databases, over sessions and gaps. */
export interface CatalogMemory {
  /** Takes a read and says which names changed or vanished since the one before, or that it is another cluster. */
  accept(facts: CatalogFacts): {
    readonly facts: CatalogFacts;
    readonly changed: ReadonlySet<string>;
    readonly vanished: ReadonlySet<string>;
    readonly replaced: boolean;
  };
  rows(): readonly DatabaseRow[];
  row(datname: string): DatabaseRow | undefined;
}

export function createCatalogMemory(): CatalogMemory {
  let last: CatalogFacts | undefined;
  return {
    accept(facts) {
      const before = last;
      const changed = before ? changedNames(before.databases, facts.databases) : new Set<string>();
      const vanished =
        before && changed.size > 0 ? vanishedNames(before.databases, facts.databases) : new Set<string>();
      // The same array as before where nothing changed, so that whoever compares is done at once.
      last = before && changed.size === 0 ? { ...facts, databases: before.databases } : facts;
      const replaced = before !== undefined && before.systemIdentifier !== facts.systemIdentifier;
      return { facts: last, changed, vanished, replaced };
    },
    rows: () => last?.databases ?? [],
    row: (datname) => last?.databases.find((row) => row.datname === datname),
  };
}
