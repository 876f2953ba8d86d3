import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Instant } from '../../../model/time.ts';

/** Longest name of a file on every common filesystem, less room for what is added. */
const MAX_ENCODED_BYTES = 200;

/** Beside the backups of a server: the last run of each database, and who found it locked. */
export const RUNS_FILE = '.pgvigil-runs.json';
export const SKIPPED_FILE = '.pgvigil-skipped.json';
export const LOCK_FILE = '.pgvigil.lock';
/** Whoever holds the lock touches it again and again; one that was silent for so long is dead, wherever it ran. */
export const LOCK_SILENT_MS = 600_000;

/**
 * Writes any name so that it can be a part of a path: every byte of its UTF-8 but letters, digits, `_`, `-` and an inner
 * dot becomes %XX. What would be too long is cut, and told apart by a checksum behind a `~`.
 */
export function encodeName(name: string): string {
  let encoded = '';
  for (const byte of Buffer.from(name, 'utf8')) {
    const character = String.fromCharCode(byte);
    const isPlain = /[A-Za-z0-9_-]/.test(character) || (character === '.' && encoded !== '');
    encoded += isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (encoded.length <= MAX_ENCODED_BYTES) return encoded;
  const checksum = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${encoded.slice(0, MAX_ENCODED_BYTES - 17)}~${checksum}`;
}

/** The name again; `undefined` for what `encodeName` does not write, or has cut. */
export function decodeName(encoded: string): string | undefined {
  try {
    const name = decodeURIComponent(encoded);
    return encodeName(name) === encoded ? name : undefined;
  } catch {
    return undefined;
  }
}

/** What the file in the state directory is called, for runs whose destination could not be used. */
export function stateRunsName(server: string): string {
  return `backup-runs-${encodeName(server)}.json`;
}

/** `20261127T021500Z`: a moment in UTC, cut to the second. */
export function stampOf(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** The moment of a stamp; `undefined`: it is none. */
export function parseStamp(stamp: string): Instant | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isFinite(at) && stampOf(at) === stamp ? at : undefined;
}

/** `<directory>/<server>`. */
export function serverDirectory(directory: string, server: string): string {
  return join(directory, encodeName(server));
}

/** `<directory>/<server>/<system identifier>`: another cluster never mixes with the one before. */
export function clusterDirectory(directory: string, server: string, systemIdentifier: string): string {
  return join(serverDirectory(directory, server), systemIdentifier);
}

/** What the directory of a database is called, in the one of its cluster. */
export function databaseDirectoryName(datname: string): string {
  return `${encodeName(datname)}.db`;
}

/** Where the backups of one database are. */
export function databaseDirectory(
  directory: string,
  of: { readonly server: string; readonly systemIdentifier: string; readonly datname: string },
): string {
  return join(clusterDirectory(directory, of.server, of.systemIdentifier), databaseDirectoryName(of.datname));
}

/** The names of one backup, in the directory of its database or cluster. */
export interface BackupNames {
  /** A dump, the SQL of the globals, or the directory of a physical copy. */
  readonly data: string;
  /** In the format of `sha256sum -c`. */
  readonly checksums: string;
  /** The commit record. */
  readonly manifest: string;
}

export function dumpNames(stamp: string): BackupNames {
  return { data: `${stamp}.dump`, checksums: `${stamp}.sha256`, manifest: `${stamp}.manifest.json` };
}

export function globalsNames(stamp: string): BackupNames {
  return {
    data: `${stamp}.globals.sql`,
    checksums: `${stamp}.globals.sha256`,
    manifest: `${stamp}.globals.manifest.json`,
  };
}

export function physicalNames(stamp: string): BackupNames {
  return {
    data: `${stamp}.physical`,
    checksums: `${stamp}.physical.sha256`,
    manifest: `${stamp}.physical.manifest.json`,
  };
}

/** What a file is called until it is whole. */
export function partialName(name: string): string {
  return `.${name}.partial`;
}

export function isPartial(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.partial');
}

/** What belongs together in the directory of a database or a cluster. */
export interface FoundBackup {
  readonly content: 'dump' | 'globals' | 'physical';
  readonly stamp: string;
  readonly names: BackupNames;
  readonly hasData: boolean;
  readonly hasChecksums: boolean;
  /** Without it, it is no backup. */
  readonly hasManifest: boolean;
}

/** Takes the names in a directory and gives what is there, oldest first; names of others are left out. */
export function groupNames(names: readonly string[]): readonly FoundBackup[] {
  const there = new Set(names);
  const found = new Map<string, FoundBackup>();
  for (const name of names) {
    const match =
      /^(\d{8}T\d{6}Z)\.(?:(globals|physical)(?:$|\.(?:sql|sha256|manifest\.json)$)|(?:dump|sha256|manifest\.json)$)/.exec(
        name,
      );
    const [, stamp = '', kind] = match ?? [];
    if (match === null || parseStamp(stamp) === undefined) continue;
    const content = kind === 'globals' || kind === 'physical' ? kind : 'dump';
    const own = { dump: dumpNames, globals: globalsNames, physical: physicalNames }[content](stamp);
    found.set(`${stamp} ${content}`, {
      content,
      stamp,
      names: own,
      hasData: there.has(own.data),
      hasChecksums: there.has(own.checksums),
      hasManifest: there.has(own.manifest),
    });
  }
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, backup]) => backup);
}

/** System identifiers among the names in the directory of a server. */
export function clusterNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^[1-9]\d{0,19}$/.test(name));
}

/** Directories of databases among the names in the directory of a cluster. */
export function databaseNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^[^.].*\.db$/.test(name));
}
