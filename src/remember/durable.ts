import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const TEMPORARY = /\.[0-9a-f]{12}\.tmp$/;
/** No write takes that long: its writer was killed. */
const STALE_MS = 600_000;

/** A write may take fewer bytes than it was given, above all on a disk that is filling up. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** The last byte of an open file of `size` bytes. */
export function lastByte(fd: number, size: number): number | undefined {
  const byte = new Uint8Array(1);
  readSync(fd, byte, 0, 1, size - 1);
  return byte[0];
}

/** Makes a directory that only we may read, where it is missing. */
export function makeDirectory(directory: string): void {
  // Step by step: `recursive` of Node never ends below /proc, where nothing can be made.
  const missing: string[] = [];
  let existing = directory;
  for (; !existsSync(existing); existing = dirname(existing)) missing.unshift(existing);
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  if (missing.length > 0) syncDirectory(existing);
}

/** Makes the names in a directory durable. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A name that no other writer has: one that was given up may still be about to finish. */
export function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}

/** Removes the temporary files of writers that were killed. */
export function removeStale(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (!TEMPORARY.test(name)) continue;
    const path = join(directory, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && Date.now() - modified > STALE_MS) rmSync(path, { force: true });
  }
}

/** Renames a file; false when there is none. */
export function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
