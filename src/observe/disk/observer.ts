import type { Config } from '../../model/config.ts';
import type { DiskView, FilesystemView } from '../../model/disk.ts';
import { createCadence } from '../cadence.ts';
import type { Observer, ObserverDeps } from '../observer.ts';
import type { DiskCalls } from './calls.ts';
import { type HostLatest, observeHost } from './host-probe.ts';
import { createLinks } from './links.ts';
import { createProbe } from './probe.ts';
import { namedPaths } from './select.ts';
import { createWatchlist } from './watchlist.ts';

export interface DiskSettings {
  readonly filesystems: Config['filesystems'];
  readonly intervals: Pick<Config['intervals'], 'filesystems'>;
  readonly timeouts: Pick<Config['timeouts'], 'filesystem'>;
  readonly maxFilesystems: number;
  readonly ownPaths: readonly string[];
}

export interface DiskDeps extends ObserverDeps {
  readonly calls: DiskCalls;
  /** Paths that hold data now: asked anew in each round. */
  readonly dataPaths: () => readonly string[];
  readonly readMountinfo: () => string;
}

const HOST_INTERVAL_MS = 300_000;
const HOST_DEADLINE_MS = 5_000;

/** Watches the filesystems that matter, and what the machine says of itself. Touches no disk itself. */
export function createDiskObserver(settings: DiskSettings, deps: DiskDeps): Observer<DiskView> {
  const { calls, dataPaths, readMountinfo, clock, log, changed } = deps;
  const { filesystems: rules, maxFilesystems: max, ownPaths } = settings;
  const intervalMs = settings.intervals.filesystems;
  const deadlineMs = settings.timeouts.filesystem;
  let host: HostLatest | undefined;
  let view: DiskView = { filesystems: [], mountpointOf: new Map(), dropped: 0, host };
  let told = '';
  let stopped = false;

  const rounds = createCadence({
    intervalMs,
    task: round,
    failed: (error) => log.error({ error: String(error) }, 'cannot look at the mounts'),
    clock,
  });
  const hosts = createCadence({
    intervalMs: HOST_INTERVAL_MS,
    task: async () => {
      host = await observeHost(host, calls, HOST_DEADLINE_MS, clock);
      publish();
    },
    failed: (error) => log.error({ error: String(error) }, 'cannot look at the machine'),
    clock,
  });
  const links = createLinks(calls, deadlineMs, clock);
  const list = createWatchlist({
    readMountinfo,
    probeOf: ({ mountpoint }) =>
      createProbe({ mountpoint, calls, deadlineMs, intervalMs, clock, recovered: rounds.kick }),
    clock,
    log,
  });

  async function round(): Promise<void> {
    const named = { include: rules.include, dataPaths: dataPaths() };
    list.survey({ ...rules, ...named, ownPaths, target: links.target, max });
    publish();
    const probes = list.probes();
    for (const probe of [
      ...probes.filter((one) => !one.wasStuck()),
      ...probes.filter((one) => one.wasStuck()),
    ]) {
      if (stopped) return;
      await probe.measure();
      publish();
    }
    // A path that leads elsewhere than thought is measured there at once.
    if (await links.follow([...namedPaths(named), ...ownPaths], answers)) rounds.kick();
  }

  /** The filesystem that a path begins on was measured in this round. */
  function answers(path: string): boolean {
    const mountpoint = view.mountpointOf.get(path);
    return view.filesystems.some((one) => one.mountpoint === mountpoint && one.usage?.observation.seen);
  }

  function publish(): void {
    if (stopped) return;
    const filesystems = list.filesystems();
    view = { filesystems, mountpointOf: list.mountpointOf(), dropped: list.dropped(), host };
    const verdicts = JSON.stringify([
      filesystems.map(verdictOf),
      [...view.mountpointOf],
      host?.lastSeen?.facts,
    ]);
    if (verdicts === told) return;
    told = verdicts;
    changed();
  }

  return {
    start() {
      rounds.start();
      hosts.start();
    },
    view: () => view,
    async stop() {
      // A call under way belongs to the disposable process, which its owner ends.
      stopped = true;
      rounds.stop();
      hosts.stop();
    },
  };
}

/** What should not wait for the next tick when it changes; free space that merely moves is no such thing. */
function verdictOf({ mountpoint, readonly, usage }: FilesystemView): readonly unknown[] {
  const observation = usage?.observation;
  if (observation === undefined) return [mountpoint, readonly];
  if (!observation.seen) return [mountpoint, readonly, observation.reason];
  const { availBytes, files, filesFree } = observation.facts;
  return [mountpoint, readonly, 'seen', availBytes === 0, files > 0 && filesFree === 0];
}
