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
 * without it, it is of the whole server, or of the only database that the source is about. One that holds nothing is
 * no backup: a dump that failed was piped into it.
 */
export function parseRestic(
  output: string,
  { location, databases }: Pick<ResticBackups, 'location' | 'databases'>,
): Listing {
  const only = databases?.length === 1 ? databases[0] : undefined;
  const snapshots = readForeign(output, readSnapshots);
  const complete = snapshots.filter(({ summary }) => summary?.total_bytes_processed !== 0);
  const copies = complete.map(({ time, tags, summary }): BackupCopy => {
    const tag = tags.find((one) => one.startsWith('db='))?.slice('db='.length);
    return {
      datname: tag ?? only ?? '',
      location,
      finishedAt: summary?.backup_end ?? time,
      bytes: summary?.total_bytes_processed,
      systemIdentifier: tags.find((one) => /^system_identifier=\d{1,20}$/.test(one))?.split('=')[1],
      oid: undefined,
      verified: [],
    };
  });
  return { copies, incomplete: snapshots.length - complete.length };
}
