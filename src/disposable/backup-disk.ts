import type { BackupReason } from '../model/backup-view.ts';
import { ListingError } from '../observe/backups/copy.ts';
import type { BackupDisk } from '../observe/backups/disk.ts';
import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';
import { createPlace } from './place.ts';

const REASONS: Readonly<Record<string, BackupReason>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
};

/**
 * One for each place where backups are, whoever looks there; they share a process. That must set no limit to how many
 * helpers are stuck: a place holds at most one, and those that are stuck blind no other one.
 */
export function backupDisks(disposable: Disposable, deadlineMs: number): (place: string) => BackupDisk {
  const disks = new Map<string, BackupDisk>();
  return (place) => {
    const disk = disks.get(place) ?? backupDisk(disposable, deadlineMs);
    disks.set(place, disk);
    return disk;
  };
}

/** The files of backups, read by a disposable process. While the disk is stuck it is not touched again. */
export function backupDisk(disposable: Disposable, deadlineMs: number): BackupDisk {
  const place = createPlace(disposable, deadlineMs);

  async function call<T>(op: string, args: object): Promise<T> {
    try {
      return await place<T>(op, args);
    } catch (error) {
      throw error instanceof DisposableError ? listingError(error) : error;
    }
  }

  return {
    tree: (directory, depth) => call('tree', { directory, depth }),
    beginning: (path, maxBytes) => call('beginning', { path, maxBytes }),
  };
}

function listingError({ reason, code, message }: DisposableError): ListingError {
  switch (reason) {
    case 'deadline':
    case 'stuck':
      return new ListingError('stuck', message);
    case 'exhausted':
      return new ListingError('exhausted', message);
    case 'failed':
      return new ListingError(REASONS[code ?? ''] ?? 'failed', message);
  }
}
