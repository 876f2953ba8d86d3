import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that is to be written. */
export interface PlannedFile {
  /** From the directory on. */
  readonly name: string;
  readonly text: string;
  readonly mode: number;
}

/** Those that are there already, a link that leads nowhere included. Throws what else the disk says. */
export function thereAlready(directory: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    try {
      lstatSync(join(directory, name));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });
}

/** Writes all of them or, where one cannot be written, none; never over a file. Throws what the disk says. */
export function writeAll(directory: string, files: readonly PlannedFile[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const { name, text, mode } of files) {
      const path = join(directory, name);
      for (const missing of missingAbove(path)) {
        mkdirSync(missing);
        undo.push(() => rmdirSync(missing));
      }
      // `wx` fails where something is, also when it came a moment ago.
      const fd = openSync(path, 'wx', mode);
      undo.push(() => rmSync(path));
      try {
        writeSync(fd, text);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** Directories to be made, the uppermost first. `recursive` of Node never ends below /proc, where nothing can be made. */
function missingAbove(path: string): readonly string[] {
  const above = dirname(path);
  return existsSync(above) ? [] : [...missingAbove(above), above];
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
