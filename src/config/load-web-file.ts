import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WebAccess } from '../model/web-access.ts';
import { errnoOf } from './given-files.ts';
import type { ParsedConfig } from './source.ts';
import { parseWebFile } from './web-file.ts';

/** A web file with its warnings, or all its problems; and what was read for it, to see later whether it has changed. */
export type LoadedWebFile = ParsedConfig<WebAccess> & { readonly read: readonly ReadFile[] };

/** A file, and what stood in it; `undefined`: it could not be read. */
export interface ReadFile {
  readonly path: string;
  readonly text: string | undefined;
}

/** Reads the file of `--web.config.file` and those it names. Never throws: what goes wrong is a problem. */
export function loadWebFile(file: string, workingDirectory: string, now: number): LoadedWebFile {
  const read: ReadFile[] = [];
  const readFile = (path: string): string => {
    let text: string | undefined;
    try {
      text = readFileSync(resolve(workingDirectory, path), 'utf8');
      return text;
    } finally {
      read.push({ path, text });
    }
  };
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const errno = errnoOf(error);
    const advice = errno === 'ENOENT' ? 'there is no such file' : 'check its owner and mode';
    const message = `cannot be read (${errno}): ${advice}`;
    return { ok: false, problems: [{ file, line: undefined, path: '', message }], read };
  }
  return { ...parseWebFile(text, file, { readFile, now }), read };
}
