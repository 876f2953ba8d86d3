import type { ResticBackups } from '../../model/backup-source.ts';
import { defaulted, list, number, optional, text } from '../../model/readers.ts';
import type { BackupCopy, Listing } from './copy.ts';
import { having, isoTime, readForeign } from './foreign.ts';

/** What is asked of restic: read-only, without a lock in the repository. */
export const resticCommand = ({ command, tags }: ResticBackups): readonly string[] => [
  ...command,
  '--no-lock',
  'snapshots',
  '--json',
  ...(tags.length === 0 ? [] : ['--tag', tags.join(',')]),
];

const readSnapshots = list(
  having({
    time: isoTime,
    tags: defaulted(list(text), []),
    // Written since version 0.17.
    summary: optional(having({ backup_end: optional(isoTime), total_bytes_processed: optional(number) })),
  }),
);

/**
 * The snapshots of a repository, out of `restic snapshots --json`. Of which database one is, a tag says: `db=NAME`;
 * without it, it is of the whole server, or of the only database that the source is about. Those of pgvigil have its
 * own tags, and the one with the roles alone is left out. One that holds nothing is no backup: a dump that failed was
 * piped into it.
 */
export function parseRestic(
  output: string,
  { location, databases }: Pick<ResticBackups, 'location' | 'databases'>,
): Listing {
  const only = databases?.length === 1 ? databases[0] : undefined;
  const snapshots = readForeign(output, readSnapshots).filter(({ tags }) => ownName(tags) !== 'globals');
  const complete = snapshots.filter(({ summary }) => summary?.total_bytes_processed !== 0);
  const copies = complete.map(({ time, tags, summary }): BackupCopy => {
    const own = ownName(tags);
    const cluster = valueIn(tags, own === undefined ? 'system_identifier' : 'cluster') ?? '';
    return {
      datname: own === 'physical' ? '' : (own ?? valueIn(tags, 'db') ?? only ?? ''),
      location,
      finishedAt: summary?.backup_end ?? time,
      bytes: summary?.total_bytes_processed,
      systemIdentifier: /^\d{1,20}$/.test(cluster) ? cluster : undefined,
      oid: undefined,
      verified: [],
    };
  });
  return { copies, incomplete: snapshots.length - complete.length };
}

/** What pgvigil calls a snapshot of its own: the name of a database (a comma is `%2C`), `globals` or `physical`. */
function ownName(tags: readonly string[]): string | undefined {
  return tags.includes('pgvigil') ? valueIn(tags, 'datname')?.replaceAll('%2C', ',') : undefined;
}

const valueIn = (tags: readonly string[], key: string): string | undefined =>
  tags.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
