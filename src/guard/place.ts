import { dirname } from 'node:path';
import { mountTree } from '../observe/disk/cover.ts';
import { parseMountinfo } from '../observe/disk/mountinfo.ts';

/** What is looked at to judge a place. */
export interface PlaceDeps {
  /** The path without symbolic links; rejects where it is not there. */
  readonly realpath: (path: string) => Promise<string>;
  readonly readMountinfo: () => string;
  /** Whether a directory holds a file. */
  readonly holds: (directory: string, name: string) => Promise<boolean>;
}

/**
 * Why a record must not be kept in this directory, as one sentence; `undefined`: it may. A record that goes away with the
 * data, or with the container, would say "there never was anything" at the one moment it is needed.
 */
export async function misplacement(directory: string, deps: PlaceDeps): Promise<string | undefined> {
  let path: string;
  try {
    path = await deps.realpath(directory);
  } catch {
    return `the directory ${directory} is not there: mount one of the host there, or make it`;
  }
  for (let at = path; ; at = dirname(at)) {
    if (await deps.holds(at, 'PG_VERSION'))
      return `${directory} lies in the data directory ${at}, and would be lost with it: keep it outside of the data volume`;
    if (at === dirname(at)) break;
  }
  const mount = mountTree(parseMountinfo(deps.readMountinfo())).cover(path);
  if (mount?.mountpoint === '/' && CONTAINER_ROOTS.includes(mount.fstype))
    return `${directory} is part of the container, and would be lost with it: mount a directory of the host there`;
  return undefined;
}

/** What a container's root is made of; a host's never is. */
const CONTAINER_ROOTS: readonly string[] = ['overlay', 'fuse-overlayfs', 'aufs'];
