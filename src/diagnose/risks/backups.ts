import type { BackupSourceVerdict } from '../../model/backup-verdict.ts';
import type { ServerMemory } from '../../model/history.ts';
import { perObject } from '../../model/per-object.ts';
import type { RiskCase } from './rule.ts';

/** So many names tell enough. */
const MAX_NAMES = 5;
/** The name under which a backup of all databases is known. */
const WHOLE_SERVER = '';

/** Databases of the server that have to be there, in order. */
export function expectedDatabases({ memory }: RiskCase): readonly string[] {
  return memory === undefined ? [] : expectedOf(memory.databases);
}

const expectedOf = perObject((databases: ServerMemory['databases']): readonly string[] => {
  const expected: string[] = [];
  for (const [datname, { source }] of databases) if (source !== undefined) expected.push(datname);
  return expected.sort();
});

/** What backups there are of databases by name; one of a whole server is one of each. */
export interface Coverage {
  /** Whether a backup is known: of the database, or of any one where no name is given. */
  readonly isSaved: (datname: string | undefined) => boolean;
  /** Whether a backup of it was restored. */
  readonly isRestored: (datname: string) => boolean;
}

/** Takes what the sources of one server hold. */
export function coverageOf(backups: readonly BackupSourceVerdict[]): Coverage {
  const saved = new Set<string>();
  const restored = new Set<string>();
  for (const { datname, places, verified } of backups.flatMap(({ databases }) => databases)) {
    if (places.some(({ newestAt }) => newestAt !== undefined)) saved.add(datname);
    if (verified.restore !== undefined) restored.add(datname);
  }
  return {
    isSaved: (datname) =>
      datname === undefined ? saved.size > 0 : saved.has(datname) || saved.has(WHOLE_SERVER),
    isRestored: (datname) => restored.has(datname) || restored.has(WHOLE_SERVER),
  };
}

/** A few names in one text. */
export function namesOf(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
