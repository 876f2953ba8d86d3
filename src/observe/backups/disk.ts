import type { TreeFile } from './tree.ts';

/** The files of backups, read where a disk that hangs hurts nobody. Everything rejects with a `ListingError`. */
export interface BackupDisk {
  /** See `readTree`. */
  tree(directory: string, depth: number): Promise<readonly TreeFile[]>;
  /** See `readBeginning`. */
  beginning(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
}
