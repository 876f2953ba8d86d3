import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, parse } from 'node:path';
import {
  lastByte,
  makeDirectory,
  move,
  removeStale,
  syncDirectory,
  temporaryName,
  writeAll,
} from './durable.ts';
import type { Rotation } from './files.ts';

// The child's half of `StateFiles`: every call blocks, and on a sick disk for ever.

/** A file that is larger is not one of ours. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads a file, or its last `tailBytes`; `undefined` when it or the directory is not there. */
export function readStateFile(directory: string, name: string, tailBytes?: number): Uint8Array | undefined {
  let fd: number;
  try {
    fd = openSync(join(directory, name), 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    if (tailBytes === undefined && size > MAX_BYTES) {
      throw Object.assign(new Error(`${name} has ${size} bytes`), { code: 'EFBIG' });
    }
    const length = Math.min(size, tailBytes ?? size);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(fd, bytes, done, length - done, size - length + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces a file: temporary file, fsync, rename, fsync of the directory (as PostgreSQL's durable_rename). The
 * old one is kept as `previous`. Nothing is touched when the new one does not fit on the disk.
 * The package write-file-atomic is no help: it ignores a short write, and puts half a file in place when the
 * disk fills up.
 */
export function writeDurably(directory: string, name: string, bytes: Uint8Array, previous: string): void {
  makeDirectory(directory);
  removeStale(directory);
  const target = join(directory, name);
  const temporary = temporaryName(target);
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeAll(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    keepPrevious(target, join(directory, previous));
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(directory);
}

/** Gives the current file a second name, so that there is no moment without a current one. */
function keepPrevious(target: string, previous: string): void {
  const link = temporaryName(previous);
  try {
    linkSync(target, link);
    renameSync(link, previous);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'EPERM' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error;
    // No hard links here: for a moment only the previous one exists, which a reader takes too.
    renameSync(target, previous);
  } finally {
    // A rename between two names of the same file leaves both.
    rmSync(link, { force: true });
  }
}

/** Adds text to a file and waits for the disk; what cannot be written whole is taken back. */
export function appendDurably(directory: string, name: string, text: string, rotation: Rotation): void {
  makeDirectory(directory);
  const path = join(directory, name);
  const bytes = Buffer.from(text);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0 && size + bytes.length > rotation.maxBytes) rotate(directory, name, rotation.keep);
  const fd = openSync(path, 'a+', 0o600);
  try {
    const before = fstatSync(fd).size;
    try {
      // A crash can leave half a line: the next one must not be glued to it.
      if (before > 0 && lastByte(fd, before) !== 0x0a) writeAll(fd, Buffer.from('\n'));
      writeAll(fd, bytes);
      fsyncSync(fd);
    } catch (error) {
      ftruncateSync(fd, before);
      throw error;
    }
    if (before === 0) syncDirectory(directory);
  } finally {
    closeSync(fd);
  }
}

function rotate(directory: string, name: string, keep: number): void {
  const { name: stem, ext } = parse(name);
  const numbered = (number: number): string => join(directory, `${stem}.${number}${ext}`);
  for (let number = keep - 1; number >= 1; number -= 1) move(numbered(number), numbered(number + 1));
  move(join(directory, name), numbered(1));
  syncDirectory(directory);
}

/** Gives a file another name, durably; `false`: there is none. */
export function setAside(directory: string, name: string, as: string): boolean {
  const moved = move(join(directory, name), join(directory, as));
  if (moved) syncDirectory(directory);
  return moved;
}
