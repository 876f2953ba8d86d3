import type { BarmanBackups } from '../../model/backup-source.ts';
import { fields, list, number, optional, type Reader, StructureError, text } from '../../model/readers.ts';
import { type BackupCopy, type Listing, ListingError } from './copy.ts';
import { having, identifier, readForeign } from './foreign.ts';

/** What is asked of Barman: read-only. The newest backup says which server it is of; the list does not. */
export const barmanCommands = ({
  command,
  barmanServer,
}: BarmanBackups): { readonly list: readonly string[]; readonly newest: readonly string[] } => ({
  list: [...command, '-f', 'json', 'list-backups', barmanServer],
  newest: [...command, '-f', 'json', 'show-backup', barmanServer, 'latest'],
});

/** The copy is complete; WAL may still come for the second one. */
const COMPLETE = ['DONE', 'WAITING_FOR_WALS'];

/** Written as text by Barman. */
const seconds: Reader<number> = (value, path) => {
  const found = Number(value);
  if (!Number.isFinite(found) || value === '') throw new StructureError(`${path} is no time`);
  return found;
};

const readBackups = list(
  having({
    status: text,
    end_time_timestamp: optional(seconds),
    size_bytes: optional(number),
  }),
);

/** The backups of a server, out of `barman -f json list-backups`; `newest` is the answer to `show-backup`, if it gave one. */
export function parseBarman(
  output: string,
  newest: string | undefined,
  { barmanServer, location }: Pick<BarmanBackups, 'barmanServer' | 'location'>,
): Listing {
  const backups = readForeign(
    output,
    fields((value) => value),
  )[barmanServer];
  if (backups === undefined) throw new ListingError('failed', `it knows no server ${barmanServer}`);
  const listed = readForeign(JSON.stringify(backups), readBackups);
  const complete = listed.filter(({ status }) => COMPLETE.includes(status));
  const systemIdentifier = newest === undefined ? undefined : identityOf(newest, barmanServer);
  const newestAt = Math.max(...complete.map(({ end_time_timestamp: at }) => at ?? 0));
  const copies = complete.map(({ end_time_timestamp: at, size_bytes: bytes }): BackupCopy => {
    if (at === undefined) throw new ListingError('unreadable', 'a complete backup has no end');
    return {
      datname: '',
      location,
      finishedAt: at * 1000,
      bytes,
      systemIdentifier: at === newestAt ? systemIdentifier : undefined,
      oid: undefined,
      verified: [],
    };
  });
  return { copies, incomplete: listed.length - complete.length };
}

/** Older versions do not say it: then it is unknown. */
function identityOf(output: string, barmanServer: string): string | undefined {
  const shown = readForeign(
    output,
    fields(having({ system_id: optional(identifier), systemid: optional(identifier) })),
  );
  return shown[barmanServer]?.system_id ?? shown[barmanServer]?.systemid;
}
