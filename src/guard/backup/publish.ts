import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupFile } from '../../model/backup.ts';
import {
  type BackupNames,
  isPartial,
  parseStamp,
  partialName,
  stampOf,
} from '../../observe/backups/own/layout.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';

/** Makes the directories of backups, each only ours to read, and their names durable. */
export async function makeDirectories(root: string, directory: string): Promise<void> {
  const missing: string[] = [];
  for (let at = directory; at !== root && !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const path of missing) {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  }
}

/** The moment as the name of a backup; a later second where that name is taken, for nothing is ever replaced. */
export function freeStamp(
  directory: string,
  at: number,
  namesOf: (stamp: string) => BackupNames,
): { readonly stamp: string; readonly names: BackupNames } {
  for (let second = at; ; second += 1000) {
    const stamp = stampOf(second);
    const names = namesOf(stamp);
    const isFree = Object.values(names).every((name) => !existsSync(join(directory, name)));
    if (isFree && parseStamp(stamp) !== undefined) return { stamp, names };
  }
}

/** An empty file that only we may read, for a program that writes into what is there. */
export async function reserve(directory: string, name: string): Promise<string> {
  const path = join(directory, partialName(name));
  await rm(path, { recursive: true, force: true });
  const file = await open(path, 'wx', 0o600);
  await file.close();
  return path;
}

/** Does something with a partial file, and removes it when that fails. */
export async function orRemove<T>(partial: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Bytes and checksum of a file, under the name it will have. */
export async function measureFile(path: string, name: string, signal?: AbortSignal): Promise<BackupFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

/**
 * Gives what lies under partial names its names. The manifest comes last, when all else is on the disk: whoever is
 * killed before that leaves no backup behind. When it fails, nothing of it is left.
 */
export async function publish(
  directory: string,
  names: BackupNames,
  what: { readonly files: readonly BackupFile[]; readonly manifest: string },
): Promise<void> {
  try {
    await syncFile(join(directory, partialName(names.data)));
    await rename(join(directory, partialName(names.data)), join(directory, names.data));
    await syncDirectory(directory);
    const sums = what.files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
    await writeDurably(directory, names.checksums, sums);
    await writeDurably(directory, names.manifest, what.manifest);
  } catch (error) {
    await withdraw(directory, names);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new BackupFailure(
      code === 'ENOSPC' || code === 'EDQUOT' ? BACKUP_EXIT.space : BACKUP_EXIT.publish,
      `the backup could not be put in its place in ${directory} (${code}: ${message}): check the disk and who owns the directory`,
    );
  }
}

/** The manifest first, for what has none is no backup. A disk that does not let us is told by what came before. */
async function withdraw(directory: string, { manifest, checksums, data }: BackupNames): Promise<void> {
  for (const name of [manifest, checksums, data].flatMap((one) => [one, partialName(one)]))
    await rm(join(directory, name), { recursive: true, force: true }).catch(() => {});
}

/** Writes a file that is there as a whole or not at all. */
export async function writeDurably(directory: string, name: string, text: string): Promise<void> {
  const path = join(directory, partialName(name));
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, join(directory, name));
  await syncDirectory(directory);
}

/** Removes what killed runs have left half-way; only under the lock of the directory. */
export async function removePartials(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter(isPartial))
    await rm(join(directory, name), { recursive: true, force: true });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  await syncFile(directory);
}
