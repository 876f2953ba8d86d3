import { posix } from 'node:path';
import type { Mount } from './mountinfo.ts';

/** The tree of mounts, as the kernel walks it. */
export interface MountTree {
  /** The mount that holds an absolute path, symbolic links aside; `undefined` when none does. */
  cover(path: string): Mount | undefined;
  /** Mounts that a path can reach: not hidden by a later mount over themselves or over a parent. */
  readonly visible: readonly Mount[];
}

/**
 * Builds the tree from the mounts in the order of mountinfo. A path is walked component by component, and at
 * each one the mounts stacked there are climbed, so that a mount hidden under a later one never answers.
 */
export function mountTree(mounts: readonly Mount[]): MountTree {
  const ids = new Set(mounts.map((mount) => mount.id));
  // The last of equals wins: it was mounted last.
  const children = new Map<string, Mount>();
  const tops = new Map<string, Mount>();
  for (const mount of mounts) {
    const top = mount.parentId === mount.id || !ids.has(mount.parentId);
    if (top) tops.set(mount.mountpoint, mount);
    else children.set(`${mount.parentId} ${mount.mountpoint}`, mount);
  }

  function climb(from: Mount | undefined, path: string): Mount | undefined {
    let current = tops.get(path) ?? from;
    const climbed = new Set<Mount>();
    for (;;) {
      const next = current && children.get(`${current.id} ${path}`);
      if (next === undefined || climbed.has(next)) return current;
      climbed.add(next);
      current = next;
    }
  }

  function cover(path: string): Mount | undefined {
    if (!path.startsWith('/')) return undefined;
    let current = climb(undefined, '/');
    let walked = '';
    for (const component of posix.normalize(path).split('/')) {
      if (component === '') continue;
      walked += `/${component}`;
      current = climb(current, walked);
    }
    return current;
  }

  return { cover, visible: mounts.filter((mount) => cover(mount.mountpoint) === mount) };
}
