import type { Environment } from '../model/backup-source.ts';
import { Secret } from '../model/secret.ts';
import { type FileDeps, readGiven } from './given-files.ts';

/**
 * Reads a file of NAME=VALUE lines, as Docker and systemd have them: empty lines and lines that begin with # are left
 * out, quotes around a value too. Reports a line that is none of these by its number alone, for it may be a secret.
 */
export function readEnvironmentFile(
  written: string | undefined,
  files: FileDeps,
  problem: (message: string) => void,
): Environment {
  if (written === undefined) return {};
  const found: [string, Secret][] = [];
  for (const [index, line] of (readGiven(written, files, problem) ?? '').split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (match === null) problem(`line ${index + 1} of the file named here is not NAME=VALUE`);
    else found.push([match[1] ?? '', new Secret((match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'))]);
  }
  return Object.fromEntries(found);
}
