import { isAbsolute, join } from 'node:path';

/** How files named in the configuration are read. */
export interface FileDeps {
  /** Gives the text of a file; throws an error with an errno `code`. */
  readonly readFile: (path: string) => string;
  /** Permission bits of a file; `undefined` where they cannot be told. */
  readonly fileMode?: ((path: string) => number | undefined) | undefined;
  /** Relative paths count from here. */
  readonly directory: string;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this process may not read it: change its owner or mode',
  EISDIR: 'it is a directory: name the file in it',
  ENOENT: 'there is no such file: check the path, and that it is mounted into the container',
  ENOTDIR: 'a part of the path is no directory: check the path',
};

/** Takes a path as it was written and gives the one to open. */
export function inDirectory(written: string, directory: string): string {
  return isAbsolute(written) ? written : join(directory, written);
}

/** Reads a file that the configuration names; reports one that cannot be read, or is empty, without its content. */
export function readGiven(
  written: string,
  files: FileDeps,
  problem: (message: string) => void,
): string | undefined {
  const path = inDirectory(written, files.directory);
  // Without a slash it may be the secret itself, written into the wrong key.
  const named = written.includes('/') ? path : 'the file named here';
  let text: string;
  try {
    text = files.readFile(path);
  } catch (error) {
    const code = errnoOf(error);
    problem(`cannot read ${named} (${code}): ${REASONS[code] ?? 'check the path and the file system'}`);
    return undefined;
  }
  if (text.trim() !== '') return text;
  problem(`${named} is empty: write the value into it`);
  return undefined;
}

/** Takes what a file operation threw and gives its errno, for example `ENOENT`. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'no errno';
}
