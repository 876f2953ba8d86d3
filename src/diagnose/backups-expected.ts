import type { BackupSource } from '../model/backup-source.ts';
import type { BackupSeries } from '../model/backup-view.ts';
import type { ServerMemory } from '../model/history.ts';
import type { Instant } from '../model/time.ts';

/** What is known when it is asked of what backups have to be there. */
export interface ExpectationFacts {
  readonly memory: ServerMemory | undefined;
  /** What the source has. */
  readonly known: readonly BackupSeries[];
  readonly now: Instant;
}

/**
 * The databases that a source should have backups of; the empty name stands for the whole server. Those that are named
 * in its config; else what it can tell apart: every database that is expected to be there.
 */
export function expectedOf(source: BackupSource, facts: ExpectationFacts): ReadonlySet<string> {
  const { databases } = source;
  switch (source.kind) {
    case 'pgvigil': {
      const dumped = databases ?? watched(source, facts);
      return new Set(source.physical ? ['', ...dumped] : dumped);
    }
    case 'files':
      if (source.path.includes('{datname}')) return new Set(databases ?? watched(source, facts));
      return new Set(databases?.length === 1 ? databases : ['']);
    case 'restic':
      return new Set(databases ?? told(facts));
    case 'pgbackrest':
    case 'wal-g':
    case 'barman':
      return new Set(['']);
  }
}

/** A database that is younger than a backup may be old is not missed in them yet. */
function watched({ maxAgeMs }: BackupSource, { memory, now }: ExpectationFacts): readonly string[] {
  return [...(memory?.databases ?? [])]
    .filter(([, { source, firstSeenAt }]) => {
      const isOld = firstSeenAt === undefined || now - firstSeenAt >= maxAgeMs;
      return source === 'config' || (source === 'learned' && isOld);
    })
    .map(([datname]) => datname);
}

/** What it has now has to go on. */
function told({ known }: ExpectationFacts): readonly string[] {
  return known.length === 0 ? [''] : known.map(({ datname }) => datname);
}
