import type { BackupSource } from '../../model/backup-source.ts';
import { type BackupCopy, type Listing, ListingError } from '../../observe/backups/copy.ts';
import type { BackupDisk } from '../../observe/backups/disk.ts';
import { createFilesLook } from '../../observe/backups/files.ts';
import { createOwnLook, createOwnLookAtAll } from '../../observe/backups/own/look.ts';
import type { BackupEvidence } from './decide.ts';

/** Where backups may be: what the config says, or a directory of backups by pgvigil, whatever its servers are called. */
export type BackupPlace = BackupSource | { readonly directory: string };

/**
 * Looks for backups of a database. One that is found anywhere is evidence, one of the whole server too, for it may hold
 * the database. A place that cannot be read, or has something that is not whole, is not one without backups. Tools of
 * others are not asked: where the guard runs they seldom are.
 */
export async function findBackups(
  places: readonly BackupPlace[],
  datname: string,
  disk: BackupDisk,
): Promise<BackupEvidence> {
  let unknown: BackupEvidence | undefined;
  const found: { readonly copy: BackupCopy; readonly where: string }[] = [];
  for (const place of places) {
    const look = lookAt(place, datname, disk);
    if (look === undefined) continue;
    try {
      const { copies, incomplete, unreadable = 0 } = await look.look();
      const ours = copies.filter((copy) => copy.datname === datname || copy.datname === WHOLE_SERVER);
      found.push(...ours.map((copy) => ({ copy, where: look.where })));
      if (unreadable > 0)
        unknown = { says: 'unknown', why: `${look.where} has records that cannot be read: ${unreadable}` };
      else if (incomplete > 0) unknown = { says: 'unknown', why: incompleteText(look.where, incomplete) };
    } catch (error) {
      if (!(error instanceof ListingError)) throw error;
      unknown = { says: 'unknown', why: `${look.where}: ${error.message} (${error.reason})` };
    }
  }
  const [newest] = found.sort((a, b) => b.copy.finishedAt - a.copy.finishedAt);
  if (newest === undefined) return unknown ?? { says: 'none' };
  return { says: 'some', newest: textOf(newest.copy, newest.where) };
}

/** How a copy of all databases calls its own. */
const WHOLE_SERVER = '';

interface Look {
  readonly look: () => Promise<Listing>;
  readonly where: string;
}

function lookAt(place: BackupPlace, datname: string, disk: BackupDisk): Look | undefined {
  if (!('kind' in place)) return { look: createOwnLookAtAll(place.directory, disk), where: place.directory };
  if (place.kind === 'pgvigil') return { look: createOwnLook(place, disk), where: place.directory };
  if (place.kind !== 'files') return undefined;
  // That one is still written to is evidence as well: nobody waits until it stands still.
  const look = createFilesLook(place, { disk, datnames: () => [datname], pause: async () => {} });
  return { look, where: place.path };
}

function textOf({ datname, finishedAt, systemIdentifier }: BackupCopy, where: string): string {
  const of = systemIdentifier === undefined ? '' : `, of system identifier ${systemIdentifier}`;
  const whole = datname === WHOLE_SERVER ? ', of the whole server, which may hold it' : '';
  return `${where}, finished ${new Date(finishedAt).toISOString()}${of}${whole}`;
}

function incompleteText(where: string, count: number): string {
  return `${where} has ${count} that may be backups and are not whole: wait where one is being made; else look at them, and move away what is none`;
}
