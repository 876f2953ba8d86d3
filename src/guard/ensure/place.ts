import { dirname } from 'node:path';
import { mountTree } from '../../observe/disk/cover.ts';
import { type Mount, parseMountinfo } from '../../observe/disk/mountinfo.ts';

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
  const mountinfo = deps.readMountinfo();
  const mount = mountTree(parseMountinfo(mountinfo)).cover(path);
  if (mount === undefined) return undefined;
  if (IN_MEMORY.includes(mount.fstype))
    return `${directory} is kept in memory (${mount.fstype}), and would be lost at the next start: mount a directory of the host there`;
  if (mount.mountpoint === '/' && (await isContainerRoot(mount, mountinfo, deps)))
    return `${directory} is part of the container, and would be lost with it: mount a directory of the host there`;
  return undefined;
}

const IN_MEMORY: readonly string[] = ['tmpfs', 'ramfs'];
/** What a container's root is made of; a host's never is. */
const CONTAINER_ROOTS: readonly string[] = ['overlay', 'fuse-overlayfs', 'aufs'];
/** What engines leave in a container, as directory and name. */
const CONTAINER_MARKS = [
  ['/', '.dockerenv'],
  ['/run', '.containerenv'],
] as const;

/**
 * On btrfs, ZFS or a plain directory the root of a container looks like that of a host, but for the mark of its engine. A
 * virtual machine that was made of an image has that mark too, and a whole disk for its root.
 */
async function isContainerRoot(mount: Mount, mountinfo: string, { holds }: PlaceDeps): Promise<boolean> {
  if (CONTAINER_ROOTS.includes(mount.fstype)) return true;
  const line = mountinfo.split('\n').find((one) => one.startsWith(`${mount.id} `));
  const [, , , subtree] = line?.split(' ') ?? [];
  if (subtree === '/' && mount.device.startsWith('/dev/')) return false;
  for (const [directory, name] of CONTAINER_MARKS) if (await holds(directory, name)) return true;
  return false;
}
