import { existsSync, readFileSync } from 'node:fs';
import { realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnBackups } from '../../model/backup-source.ts';
import { mountTree } from '../../observe/disk/cover.ts';
import { parseMountinfo } from '../../observe/disk/mountinfo.ts';
import { misplacement } from '../ensure/place.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';

/** Always left for others who write on the same disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;
const RESERVE_FILES = 100;
/** A dump grows with its database. */
const GROWTH = 1.5;

/** Throws where backups must not be written: nothing is made there then. */
export async function checkDestination({
  directory,
  requireMount,
}: Pick<OwnBackups, 'directory' | 'requireMount'>): Promise<void> {
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  const why = await misplacement(directory, {
    realpath: (path) => realpath(path),
    readMountinfo: () => (requireMount === 'never' ? '' : mountinfo),
    holds: async (at, name) => existsSync(join(at, name)),
  });
  if (why !== undefined) throw unusable(why);
  if (requireMount !== 'always') return;
  const mount = mountTree(parseMountinfo(mountinfo)).cover(await realpath(directory));
  if (mount?.mountpoint === '/')
    throw unusable(
      `nothing is mounted at ${directory}, and \`require_mount\` asks for it: mount the disk for backups there`,
    );
}

function unusable(why: string): BackupFailure {
  return new BackupFailure(BACKUP_EXIT.publish, `the destination cannot be used: ${why}`);
}

/** Throws where a dump would not fit: `lastBytes` is the last dump, or the database when there is none yet. */
export async function checkSpace(
  directory: string,
  last: { readonly dumpBytes: number | undefined; readonly databaseBytes: number },
): Promise<void> {
  const { bavail, bsize, files, ffree } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const neededBytes =
    (last.dumpBytes === undefined ? last.databaseBytes : Math.ceil(GROWTH * last.dumpBytes)) + RESERVE_BYTES;
  if (freeBytes < neededBytes)
    throw new BackupFailure(
      BACKUP_EXIT.space,
      `${directory} has ${megabytes(freeBytes)} free, and ${megabytes(neededBytes)} are needed: make room there; old backups are not deleted for it`,
      'skipped_space',
    );
  if (files > 0 && ffree < RESERVE_FILES)
    throw new BackupFailure(
      BACKUP_EXIT.space,
      `${directory} has ${ffree} inodes left: delete files there that nobody needs`,
      'skipped_space',
    );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
