import type { BackupReason } from '../model/backup-view.ts';
import { ListingError } from '../observe/backups/copy.ts';
import type { BackupDisk } from '../observe/backups/disk.ts';
import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';

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
  let stuck = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, so that a call that waited learns that the one before it got stuck. */
  function call<T>(op: string, args: object): Promise<T> {
    const turn = last.then(() => attempt<T>(op, args));
    last = turn.catch(() => {});
    return turn;
  }

  async function attempt<T>(op: string, args: object): Promise<T> {
    if (stuck) throw new ListingError('stuck', 'the disk has not answered yet');
    try {
      return await disposable.call<T>(op, args, deadlineMs);
    } catch (error) {
      if (!(error instanceof DisposableError)) throw error;
      if (error.reason === 'exhausted') throw new ListingError('exhausted', error.message);
      if (error.reason === 'failed')
        throw new ListingError(REASONS[error.code ?? ''] ?? 'failed', error.message);
      stuck = true;
      void (error.released ?? Promise.resolve()).then(() => {
        stuck = false;
      });
      throw new ListingError('stuck', error.message);
    }
  }

  return {
    tree: (directory, depth) => call('tree', { directory, depth }),
    beginning: (path, maxBytes) => call('beginning', { path, maxBytes }),
  };
}
