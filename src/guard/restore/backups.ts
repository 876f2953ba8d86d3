import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupManifest } from '../../model/backup.ts';
import {
  clusterDirectory,
  clusterNames,
  databaseDirectory,
  databaseDirectoryName,
  groupNames,
  serverDirectory,
} from '../../observe/backups/own/layout.ts';
import { decodeManifest } from '../../observe/backups/own/manifest-codec.ts';
import { ManifestError } from '../../observe/backups/own/readers.ts';
import type { Candidate } from './choose.ts';

/** All backups of one database, of every cluster that its server ever was, oldest first. Throws what the disk throws. */
export function listBackups(
  directory: string,
  { server, datname }: { readonly server: string; readonly datname: string },
): readonly Candidate[] {
  return clustersOf(directory, server)
    .flatMap((systemIdentifier) => {
      const at = databaseDirectory(directory, { server, systemIdentifier, datname });
      return groupNames(namesIn(at))
        .filter(({ content }) => content === 'dump')
        .map(({ stamp, names, hasData, hasManifest }): Candidate => {
          return {
            id: stamp,
            systemIdentifier,
            directory: at,
            dataPath: join(at, names.data),
            manifestName: names.manifest,
            state: !hasManifest
              ? 'uncommitted'
              : !hasData
                ? 'no_data'
                : readManifest(join(at, names.manifest)),
          };
        });
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** The databases of a server that have a directory of backups, by name. */
export function listDatabases(directory: string, server: string): readonly string[] {
  const manifests = clustersOf(directory, server).flatMap((systemIdentifier) => {
    const cluster = clusterDirectory(directory, server, systemIdentifier);
    return namesIn(cluster)
      .filter((name) => name.endsWith('.db'))
      .flatMap((name) => nameOf(join(cluster, name), name));
  });
  return [...new Set(manifests)].sort();
}

/** System identifiers of all clusters that backups of a server are of. */
export function clustersOf(directory: string, server: string): readonly string[] {
  return clusterNames(namesIn(serverDirectory(directory, server)));
}

/** Only a manifest says for certain what a directory is of, for long names are cut. */
function nameOf(directory: string, name: string): readonly string[] {
  for (const { names, hasManifest } of groupNames(namesIn(directory)).toReversed()) {
    const found = hasManifest ? readManifest(join(directory, names.manifest)) : 'uncommitted';
    if (typeof found !== 'string' && 'datname' in found && databaseDirectoryName(found.datname) === name)
      return [found.datname];
  }
  return [];
}

function readManifest(path: string): BackupManifest | { readonly unreadable: string } {
  try {
    return decodeManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ManifestError) return { unreadable: error.message };
    throw error;
  }
}

/** Without symbolic links: what they lead to may be older than it looks. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
