import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupManifest, ClusterManifest } from '../../model/backup.ts';
import {
  clusterNames,
  databaseNames,
  type FoundBackup,
  groupNames,
  serverDirectory,
} from '../../observe/backups/own/layout.ts';
import { decodeClusterManifest, decodeManifest } from '../../observe/backups/own/manifest-codec.ts';
import { ManifestError } from '../../observe/backups/own/readers.ts';

/** A backup with its commit record. */
export interface KeptDump {
  readonly directory: string;
  readonly found: FoundBackup;
  readonly manifest: BackupManifest;
}

export interface KeptCluster {
  readonly directory: string;
  readonly found: FoundBackup;
  readonly manifest: ClusterManifest;
}

/** All that is kept of a server. */
export interface Kept {
  readonly dumps: readonly KeptDump[];
  readonly clusters: readonly KeptCluster[];
  /** Manifests that cannot be read: never taken for none. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  /** Data without a manifest, which a killed run has left: no backup. */
  readonly incomplete: readonly string[];
}

/** Reads every manifest below `<directory>/<server>`; follows no symbolic link. */
export async function readKept(directory: string, server: string): Promise<Kept> {
  const dumps: KeptDump[] = [];
  const clusters: KeptCluster[] = [];
  const unreadable: { path: string; why: string }[] = [];
  const incomplete: string[] = [];

  async function take<T>(
    at: string,
    found: FoundBackup,
    decode: (text: string) => T,
  ): Promise<T | undefined> {
    const path = join(at, found.names.manifest);
    if (!found.hasManifest) {
      if (found.hasData) incomplete.push(join(at, found.names.data));
      return undefined;
    }
    try {
      return decode(await readFile(path, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!(error instanceof ManifestError) && code === undefined) throw error;
      unreadable.push({ path, why: code ?? (error as Error).message });
      return undefined;
    }
  }

  const top = serverDirectory(directory, server);
  for (const cluster of clusterNames(await namesIn(top))) {
    const at = join(top, cluster);
    const names = await namesIn(at);
    for (const found of groupNames(names)) {
      if (found.content === 'dump') continue;
      const manifest = await take(at, found, decodeClusterManifest);
      if (manifest !== undefined) clusters.push({ directory: at, found, manifest });
    }
    for (const name of databaseNames(names)) {
      const inside = join(at, name);
      for (const found of groupNames(await namesIn(inside))) {
        if (found.content !== 'dump') continue;
        const manifest = await take(inside, found, decodeManifest);
        if (manifest !== undefined) dumps.push({ directory: inside, found, manifest });
      }
    }
  }
  return { dumps, clusters, unreadable, incomplete };
}

/** Names in a directory that is no link; none where there is none. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isSymbolicLink()).map(({ name }) => name);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
