import type { FilesystemView } from '../../model/disk.ts';
import type { Log } from '../../model/log.ts';
import { latest } from '../../model/observation.ts';
import type { Clock } from '../../model/time.ts';
import { mountTree } from './cover.ts';
import { type Homes, lostHomes, nextHomes } from './homes.ts';
import { type Mount, parseMountinfo } from './mountinfo.ts';
import type { Probe, UsageLatest } from './probe.ts';
import { type SelectionRules, selectFilesystems } from './select.ts';

/** What is watched, as it follows from the mounts of the moment. */
export interface Watchlist {
  /** Reads the mounts and decides anew. A probe lives as long as its mount. */
  survey(rules: SelectionRules): void;
  probes(): readonly Probe[];
  /** The watched filesystems, and those that should be there and are mounted no more. */
  filesystems(): readonly FilesystemView[];
  /** Mountpoint of each named path. */
  mountpointOf(): ReadonlyMap<string, string>;
  /** Filesystems that the limit cut off at the last survey. */
  dropped(): number;
}

interface Entry {
  readonly mount: Mount;
  readonly probe: Probe;
}

/** An empty list; `readMountinfo` gives the text of /proc/self/mountinfo. */
export function createWatchlist(options: {
  readonly readMountinfo: () => string;
  readonly probeOf: (mount: Mount) => Probe;
  readonly clock: Clock;
  readonly log: Log;
}): Watchlist {
  const { readMountinfo, probeOf, clock, log } = options;
  let text = '';
  let tree = mountTree([]);
  let entries: ReadonlyMap<string, Entry> = new Map();
  let homes: Homes = new Map();
  let lost: ReadonlyMap<string, FilesystemView> = new Map();
  let mountpointOf: ReadonlyMap<string, string> = new Map();
  let dropped = 0;

  function lostView(mount: Mount, previous: UsageLatest | undefined): FilesystemView {
    const { mountpoint, device, fstype, readonly } = mount;
    const usage = latest(previous, {
      seen: false,
      reason: 'absent',
      detail: `nothing is mounted at ${mountpoint} any more`,
      at: clock.now(),
      monotonicMs: clock.monotonic(),
      tookMs: 0,
    });
    return { mountpoint, device, fstype, readonly, usage };
  }

  return {
    survey(rules) {
      const read = readMountinfo();
      if (read !== text) tree = mountTree(parseMountinfo(read));
      text = read;
      const selection = selectFilesystems(tree, rules);
      if (selection.dropped > dropped) {
        log.warn(
          { dropped: selection.dropped, limit: rules.max },
          'more filesystems than limits.filesystems',
        );
      }
      dropped = selection.dropped;
      mountpointOf = new Map([...selection.mountOf].map(([path, mount]) => [path, mount.mountpoint]));

      const before = entries;
      entries = new Map(
        selection.mounts.map((mount) => {
          const known = before.get(mount.mountpoint);
          // A new id is a new mount, even of the same device; a remount keeps the id.
          const same = known?.mount.id === mount.id && known.mount.device === mount.device;
          return [mount.mountpoint, { mount, probe: same ? known.probe : probeOf(mount) }];
        }),
      );
      const watched = new Set(selection.mounts);
      homes = nextHomes(
        homes,
        new Map([...selection.mountOf].filter(([, mount]) => watched.has(mount))),
        tree,
      );
      const lostBefore = lost;
      lost = new Map(
        lostHomes(homes, tree).map((mount) => {
          const { mountpoint } = mount;
          const last = lostBefore.get(mountpoint)?.usage ?? before.get(mountpoint)?.probe.usage();
          return [mountpoint, lostView(mount, last)];
        }),
      );
    },
    probes: () => [...entries.values()].map((entry) => entry.probe),
    filesystems() {
      const watched = [...entries.values()].map(({ mount, probe }) => {
        const { mountpoint, device, fstype, readonly } = mount;
        return { mountpoint, device, fstype, readonly, usage: probe.usage() };
      });
      return [...watched, ...lost.values()];
    },
    mountpointOf: () => mountpointOf,
    dropped: () => dropped,
  };
}
