import { realpathSync, statfsSync } from 'node:fs';
import type { FilesystemUsage } from '../../model/disk.ts';

/**
 * Measures the filesystem of `path`. Blocks until the kernel answers, which may be never: only for a
 * disposable process. `files` is 0 where the filesystem has no fixed number of inodes, as btrfs.
 */
export function statfs(path: string): FilesystemUsage {
  const { bsize, blocks, bavail, files, ffree } = statfsSync(path, { bigint: true });
  // Some FUSE servers and an unlimited tmpfs answer with zeros: that is unknown, not full.
  if (blocks === 0n) throw new Error(`the filesystem of ${path} does not tell its size`);
  return {
    sizeBytes: Number(blocks * bsize),
    // Below the reserved blocks some filesystems count under zero, in an unsigned number.
    availBytes: bavail > blocks ? 0 : Number(bavail * bsize),
    files: Number(files),
    filesFree: ffree > files ? 0 : Number(ffree),
  };
}

/** The path without symbolic links. Blocks like `statfs` where one of them leads to a filesystem that hangs. */
export function realpath(path: string): string {
  return realpathSync.native(path);
}
