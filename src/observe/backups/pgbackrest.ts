import type { BackupLocation } from '../../model/backup.ts';
import type { PgBackRestBackups } from '../../model/backup-source.ts';
import { boolean, defaulted, list, number, optional, text } from '../../model/readers.ts';
import { type BackupCopy, type Listing, ListingError } from './copy.ts';
import { having, identifier, readForeign } from './foreign.ts';

/** What is asked of pgBackRest: read-only, and only of this stanza. */
export const pgBackRestCommand = ({ command, stanza }: PgBackRestBackups): readonly string[] => [
  ...command,
  'info',
  '--output=json',
  `--stanza=${stanza}`,
];

/** 0: well. 2: it has no backup yet. All others: it could not look, or has another server in its repository. */
const TOLD = [0, 2];

const status = having({ code: number, message: defaulted(text, '') });
const database = having({ id: number, 'repo-key': defaulted(number, 1) });

const readInfo = list(
  having({
    name: text,
    status,
    repo: defaulted(list(having({ key: number, status })), []),
    db: defaulted(
      list(having({ id: number, 'repo-key': defaulted(number, 1), 'system-id': identifier })),
      [],
    ),
    backup: defaulted(
      list(
        having({
          database,
          error: optional(boolean),
          timestamp: having({ stop: number }),
          info: having({ size: number }),
        }),
      ),
      [],
    ),
  }),
);

/**
 * The backups of a stanza, out of `pgbackrest info --output=json`: of the whole server, by repository. One with damaged
 * pages is not complete. A place whose repositories all cannot be read is unknown, and the others stay as they are.
 */
export function parsePgBackRest(
  output: string,
  source: Pick<PgBackRestBackups, 'stanza' | 'location' | 'offsiteRepositories'>,
): Listing {
  const stanza = readForeign(output, readInfo).find(({ name }) => name === source.stanza);
  if (stanza === undefined) throw new ListingError('failed', `it knows no stanza ${source.stanza}`);
  const { repo, db, backup } = stanza;
  const readable = repo.some((one) => TOLD.includes(one.status.code));
  if (!TOLD.includes(stanza.status.code) && !readable)
    throw new ListingError('failed', `status ${stanza.status.code}: ${stanza.status.message}`);
  const offsite = source.offsiteRepositories?.keys ?? [];
  const placeOf = (key: number): BackupLocation => (offsite.includes(key) ? 'offsite' : source.location);
  const read = repo.filter((one) => TOLD.includes(one.status.code)).map(({ key }) => placeOf(key));
  const unknown = [...new Set(repo.map(({ key }) => placeOf(key)))].filter((place) => !read.includes(place));
  const complete = backup.filter(({ error }) => error !== true);
  return {
    copies: complete.map(({ database: { id, 'repo-key': key }, timestamp, info }): BackupCopy => {
      const of = db.find((one) => one.id === id && one['repo-key'] === key);
      return {
        datname: '',
        location: placeOf(key),
        finishedAt: timestamp.stop * 1000,
        bytes: info.size,
        systemIdentifier: of?.['system-id'],
        oid: undefined,
        verified: [],
      };
    }),
    incomplete: backup.length - complete.length,
    unknown,
  };
}
