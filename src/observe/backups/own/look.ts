import { dirname, join } from 'node:path';
import type { Verification } from '../../../model/backup.ts';
import type { OwnBackups } from '../../../model/backup-source.ts';
import { type BackupCopy, type Listing, ListingError } from '../copy.ts';
import type { BackupDisk } from '../disk.ts';
import type { TreeFile } from '../tree.ts';
import { type FoundBackup, groupNames, isPartial, serverDirectory } from './layout.ts';
import { decodeClusterManifest, decodeManifest } from './manifest-codec.ts';
import { ManifestError } from './readers.ts';

/** From the directory of a server: its clusters, and the databases of these. */
const DEPTH = 2;
/** A record with more bytes is none of ours. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** What a record says, as far as it is needed here. */
interface Committed {
  readonly copy: BackupCopy;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Looks for backups of our own of one server. */
export function createOwnLook(
  source: Pick<OwnBackups, 'directory' | 'server'>,
  disk: BackupDisk,
): () => Promise<Listing> {
  const root = serverDirectory(source.directory, source.server);
  const look = createManifestLook(disk, root, DEPTH);
  return async () => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof ListingError) || error.reason !== 'absent') throw error;
      // Nothing was written for this server yet; unless the place of all of them is gone.
      await disk.tree(source.directory, 0);
      return { copies: [], incomplete: 0, unreadable: 0 };
    }
  };
}

/** The same of all servers in the directory. */
export const createOwnLookAtAll = (directory: string, disk: BackupDisk): (() => Promise<Listing>) =>
  createManifestLook(disk, directory, DEPTH + 1);

/** Looks for manifests. One whose files are not as it says is of no backup. */
function createManifestLook(disk: BackupDisk, root: string, depth: number): () => Promise<Listing> {
  let records: ReadonlyMap<string, Committed | undefined> = new Map();

  async function recordOf(file: TreeFile, content: FoundBackup['content']): Promise<Committed | undefined> {
    const text = await textOf(disk, join(root, file.path));
    if (text === undefined) return undefined;
    try {
      return content === 'physical' ? ofCluster(text) : ofDatabase(text);
    } catch (error) {
      if (error instanceof ManifestError) return undefined;
      throw error;
    }
  }

  return async () => {
    const files = await disk.tree(root, depth);
    const byPath = new Map(files.map((file) => [file.path, file]));
    const seen = new Map<string, Committed | undefined>();
    const copies: BackupCopy[] = [];
    let incomplete = files.filter(({ path }) => isPartial(path.split('/').at(-1) ?? '')).length;
    let unreadable = 0;
    for (const { directory, backup, sizes } of foundIn(files)) {
      if (backup.content === 'globals') continue;
      const manifest = byPath.get(join(directory, backup.names.manifest));
      if (manifest === undefined) {
        incomplete += 1;
        continue;
      }
      const stamp = JSON.stringify(manifest);
      const known = records.has(stamp) ? records.get(stamp) : await recordOf(manifest, backup.content);
      seen.set(stamp, known);
      if (known === undefined) unreadable += 1;
      else if (isWhole(known, backup, sizes)) copies.push(known.copy);
      else incomplete += 1;
    }
    records = seen;
    return { copies, incomplete, unreadable };
  };
}

/** All backups, with the sizes of the files beside them. */
function foundIn(files: readonly TreeFile[]): readonly {
  readonly directory: string;
  readonly backup: FoundBackup;
  readonly sizes: ReadonlyMap<string, number>;
}[] {
  const directories = new Map<string, Map<string, number>>();
  const add = (directory: string, name: string, bytes: number): void => {
    const sizes = directories.get(directory) ?? new Map<string, number>();
    directories.set(directory, sizes.set(name, bytes));
  };
  for (const { path, bytes } of files) {
    const directory = dirname(path);
    add(directory, path.slice(directory.length + 1), bytes);
    // A physical copy is a directory; that something is in it is enough here.
    if (directory.endsWith('.physical'))
      add(dirname(directory), directory.slice(dirname(directory).length + 1), bytes);
  }
  return [...directories].flatMap(([directory, sizes]) =>
    groupNames([...sizes.keys()]).map((backup) => ({ directory, backup, sizes })),
  );
}

function isWhole({ files }: Committed, backup: FoundBackup, sizes: ReadonlyMap<string, number>): boolean {
  if (!backup.hasData) return false;
  return backup.content === 'physical' || files.every(({ name, bytes }) => sizes.get(name) === bytes);
}

function ofDatabase(text: string): Committed {
  const { datname, finishedAt, files, systemIdentifier, oid, verified } = decodeManifest(text);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const copy = { datname, finishedAt, bytes, systemIdentifier, oid, verified: trimmed(verified) };
  return { copy: { ...copy, location: 'local' }, files };
}

function ofCluster(text: string): Committed {
  const { finishedAt, files, bytes, systemIdentifier, verified } = decodeClusterManifest(text);
  const copy = {
    datname: '',
    finishedAt,
    bytes,
    systemIdentifier,
    oid: undefined,
    verified: trimmed(verified),
  };
  return { copy: { ...copy, location: 'local' }, files };
}

const trimmed = (verified: readonly Verification[]): BackupCopy['verified'] =>
  verified.map(({ level, at, result, location }) => ({ level, at, result, location }));

async function textOf(disk: BackupDisk, path: string): Promise<string | undefined> {
  const bytes = await disk.beginning(path, MAX_RECORD_BYTES);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}
