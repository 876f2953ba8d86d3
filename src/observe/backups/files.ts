import { join } from 'node:path';
import type { FileBackups } from '../../model/backup-source.ts';
import type { BackupCopy, Listing } from './copy.ts';
import type { BackupDisk } from './disk.ts';
import { MAGIC_BYTES, mayBeDump } from './magic.ts';
import { parsePattern } from './pattern.ts';
import type { TreeFile } from './tree.ts';

/** Beside a dump, and none itself. */
const BESIDE = /\.(sha\d+|md5|json|stat|sig|asc|txt|log|partial|tmp)$/i;

/**
 * Looks for dump files that somebody else makes. One counts once it was the same in two looks, is large enough and
 * begins as a dump does; the first look takes two. `pause` waits between these.
 */
export function createFilesLook(
  source: FileBackups,
  deps: {
    readonly disk: BackupDisk;
    /** Databases that there are, for names that can be read in two ways. */
    readonly datnames: () => readonly string[];
    readonly pause: () => Promise<void>;
  },
): () => Promise<Listing> {
  const { disk, datnames, pause } = deps;
  const pattern = parsePattern(source.path);
  let before: ReadonlyMap<string, string> | undefined;
  let dumps: ReadonlyMap<string, boolean> = new Map();

  async function list(): Promise<readonly TreeFile[]> {
    const files = await disk.tree(pattern.directory, pattern.depth);
    return files.filter(({ path }) => !BESIDE.test(path) && pattern.match(path, []) !== undefined);
  }

  /** What a file is, is read once and again when it is another one. */
  async function isDump(file: TreeFile): Promise<boolean> {
    const known = dumps.get(stampOf(file));
    if (known !== undefined) return known;
    const beginning = await disk.beginning(join(pattern.directory, file.path), MAGIC_BYTES);
    return beginning !== undefined && mayBeDump(beginning);
  }

  return async () => {
    if (before === undefined) {
      before = stampsOf(await list());
      await pause();
    }
    const files = await list();
    const isStill = before;
    before = stampsOf(files);
    const names = [...new Set([...(source.databases ?? []), ...datnames()])];
    const [only] = source.databases?.length === 1 ? source.databases : [''];
    const seen = new Map<string, boolean>();
    const copies: BackupCopy[] = [];
    for (const file of files) {
      if (file.bytes < source.minBytes || isStill.get(file.path) !== stampOf(file)) continue;
      const dump = await isDump(file);
      seen.set(stampOf(file), dump);
      if (dump) copies.push(copyOf(file, pattern.match(file.path, names) || (only ?? ''), source));
    }
    dumps = seen;
    return { copies, incomplete: files.length - copies.length };
  };
}

function copyOf(file: TreeFile, datname: string, { location }: FileBackups): BackupCopy {
  const { bytes, modifiedMs } = file;
  const unknown = { systemIdentifier: undefined, oid: undefined, verified: [] };
  return { datname, location, finishedAt: modifiedMs, bytes, ...unknown };
}

const stampOf = ({ path, bytes, modifiedMs, inode }: TreeFile): string =>
  JSON.stringify([path, bytes, modifiedMs, inode]);

const stampsOf = (files: readonly TreeFile[]): ReadonlyMap<string, string> =>
  new Map(files.map((file) => [file.path, stampOf(file)]));
