import type { MountTree } from './cover.ts';
import type { Mount } from './mountinfo.ts';

export interface SelectionRules {
  /**
   * `/srv/data`: the filesystem that holds this path, of whatever type. `/srv/**`: every local disk mounted
   * there or below.
   */
  readonly include: readonly string[];
  /** `/srv/data`: neither this mountpoint nor one below it. Stronger than everything else. */
  readonly exclude: readonly string[];
  /** Paths that hold data, of servers, of Docker, of backups. */
  readonly dataPaths: readonly string[];
  /** Where pgvigil keeps its own: counts where no other mount shows its filesystem, as two do in a container. */
  readonly ownPaths: readonly string[];
  /** Where a path leads when symbolic links are followed. */
  readonly target: (path: string) => string;
  /** Beyond it, filesystems found by `**` are left out; those of data and named ones never are. */
  readonly max: number;
}

export interface Selection {
  readonly mounts: readonly Mount[];
  /** The filesystem of each named path, data or included. */
  readonly mountOf: ReadonlyMap<string, Mount>;
  readonly dropped: number;
}

/** Which filesystems to watch. An automounter's own mountpoint is never touched: looking would mount it. */
export function selectFilesystems(tree: MountTree, rules: SelectionRules): Selection {
  const isExcluded = (mount: Mount): boolean => rules.exclude.some((path) => isBelow(mount.mountpoint, path));
  const named = namedPaths(rules);
  const mountOf = new Map<string, Mount>();
  const chosen = new Set<Mount>();
  const choose = (path: string, isWanted: (mount: Mount) => boolean): void => {
    const mount = tree.cover(rules.target(path));
    if (mount === undefined || mount.fstype === 'autofs' || !isWanted(mount)) return;
    mountOf.set(path, mount);
    if (!isExcluded(mount)) chosen.add(mount);
  };
  for (const path of named) choose(path, () => true);

  const shown = new Set([...chosen].map(({ deviceId }) => deviceId));
  for (const path of rules.ownPaths) choose(path, (mount) => chosen.has(mount) || !shown.has(mount.deviceId));

  const swept = rules.include
    .filter((path) => path.endsWith('/**'))
    .flatMap((path) => tree.visible.filter((mount) => isBelow(mount.mountpoint, path.slice(0, -3))))
    .filter((mount) => isLocalDisk(mount) && !isExcluded(mount) && !chosen.has(mount));
  const others = [...new Set(swept)];
  const room = Math.max(0, rules.max - chosen.size);
  return {
    mounts: [...chosen, ...others.slice(0, room)],
    mountOf,
    dropped: Math.max(0, others.length - room),
  };
}

/** Paths that stand for one filesystem each. */
export function namedPaths(rules: Pick<SelectionRules, 'include' | 'dataPaths'>): readonly string[] {
  return [...new Set([...rules.dataPaths, ...rules.include.filter((path) => !path.endsWith('/**'))])];
}

/** Component by component: `/database` is not below `/data`. */
function isBelow(path: string, directory: string): boolean {
  const parent = directory.replace(/\/+$/, '');
  return path === parent || path.startsWith(`${parent}/`);
}

/** Network, FUSE and kernel filesystems have no block device; ZFS and its like have one behind their backs. */
function isLocalDisk(mount: Mount): boolean {
  if (mount.fstype.startsWith('fuse')) return false;
  return mount.device.startsWith('/dev/') || mount.fstype === 'zfs' || mount.fstype === 'bcachefs';
}
