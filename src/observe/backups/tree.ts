import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** A plain file below a directory. */
export interface TreeFile {
  /** From that directory. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Decimal text. */
  readonly inode: string;
}

/** A directory with more is none of backups. */
const MAX_FILES = 50_000;
/** What fsck finds, at the root of a filesystem: only root may read it, and nobody puts backups there. */
const LOST = 'lost+found';

/**
 * All plain files at most `depth` directories below. Symbolic links are neither followed nor listed: what they lead to
 * may be older than it looks. Blocks until the kernel answers, which may be never: only for a disposable process.
 */
export function readTree(directory: string, depth: number): readonly TreeFile[] {
  const found: TreeFile[] = [];
  collect(directory, '', depth, found);
  return found;
}

function collect(root: string, below: string, depth: number, found: TreeFile[]): void {
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory() && depth > 0 && entry.name !== LOST)
      inside(() => collect(root, path, depth - 1, found));
    if (!entry.isFile()) continue;
    inside(() => {
      const { size, mtimeMs, ino } = lstatSync(join(root, path), { bigint: true });
      found.push({ path, bytes: Number(size), modifiedMs: Number(mtimeMs), inode: String(ino) });
    });
    if (found.length > MAX_FILES) throw new Error(`there are more than ${MAX_FILES} files in ${root}`);
  }
}

/** What went away while we looked was never there. */
function inside(look: () => void): void {
  try {
    look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The beginning of a plain file; `undefined`: there is none. Blocks like `readTree`. */
export function readBeginning(path: string, maxBytes: number): Uint8Array | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a pipe of that name would hold us for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return undefined;
    const bytes = new Uint8Array(Math.min(stat.size, maxBytes));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
