import type { MountTree } from './cover.ts';
import type { Mount } from './mountinfo.ts';

/** The filesystem each named path lay on when it was last mounted. */
export type Homes = ReadonlyMap<string, Mount>;

/**
 * The next homes: a path keeps the home whose mountpoint is mounted no more, instead of being taken over in
 * silence by the filesystem below. Paths that nobody names any more are forgotten.
 */
export function nextHomes(previous: Homes, mountOf: ReadonlyMap<string, Mount>, tree: MountTree): Homes {
  const mounted = new Set(tree.visible.map((mount) => mount.mountpoint));
  return new Map(
    [...mountOf].map(([path, mount]) => {
      const home = previous.get(path);
      return [path, home !== undefined && !mounted.has(home.mountpoint) ? home : mount];
    }),
  );
}

/** Homes that are mounted no more, each once. */
export function lostHomes(homes: Homes, tree: MountTree): readonly Mount[] {
  const mounted = new Set(tree.visible.map((mount) => mount.mountpoint));
  const lost = [...homes.values()].filter((home) => !mounted.has(home.mountpoint));
  return [...new Map(lost.map((home) => [home.mountpoint, home])).values()];
}
