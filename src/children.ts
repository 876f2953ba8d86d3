import { backupDisk } from './disposable/backup-disk.ts';
import { diskCalls } from './disposable/disk-calls.ts';
import { createDisposable } from './disposable/parent.ts';
import { stateFiles } from './disposable/state-files.ts';
import type { Log } from './model/log.ts';
import type { Clock } from './model/time.ts';
import type { BackupDisk } from './observe/backups/disk.ts';
import type { DiskCalls } from './observe/disk/calls.ts';
import type { StateFiles } from './remember/files.ts';

/** Everything that is done on disks, each by a disposable process of its own: one that hangs holds up no other. */
export interface Children {
  readonly diskCalls: DiskCalls;
  readonly backupDisk: BackupDisk;
  readonly filesIn: (directory: string) => StateFiles;
  readonly stop: () => void;
}

/** A child that is not needed for so long is let go. */
const IDLE_MS = 5_000;
/** Helpers of one kind that may be stuck at the same time. */
const MAX_ABANDONED = 3;
/** A directory with many backups on a slow disk. */
const BACKUPS_DEADLINE_MS = 30_000;

/** Nothing is started before it is needed; `modulePath` is that of the compiled child. */
export function createChildren(options: {
  readonly modulePath: string;
  readonly clock: Clock;
  readonly log: Log;
}): Children {
  const all = { ...options, maxAbandoned: MAX_ABANDONED };
  const disk = createDisposable(all);
  const state = createDisposable({ ...all, idleExitMs: IDLE_MS });
  const backups = createDisposable({ ...all, idleExitMs: IDLE_MS });
  return {
    diskCalls: diskCalls(disk),
    backupDisk: backupDisk(backups, BACKUPS_DEADLINE_MS),
    filesIn: (directory) => stateFiles(state, directory),
    stop() {
      for (const child of [disk, state, backups]) child.stop();
    },
  };
}
