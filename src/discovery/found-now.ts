import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildPrograms, createChildren } from '../children.ts';
import type { Config } from '../model/config.ts';
import type { DiscoveryVerdict } from '../model/discovery.ts';
import type { DockerView } from '../model/docker.ts';
import { EMPTY_HISTORY } from '../model/history.ts';
import type { Log } from '../model/log.ts';
import type { Clock } from '../model/time.ts';
import { areInspected } from '../observe/docker/inspection.ts';
import { createDockerObserver } from '../observe/docker/observer.ts';
import type { Views } from '../observe/look.ts';
import { namedServers } from '../observers.ts';
import { createDiscovery } from './discovery.ts';

/** What the engine has now. */
export interface FoundNow {
  /** With the servers that are discovered. */
  readonly config: Config;
  readonly verdict: DiscoveryVerdict | undefined;
  /** Why the engine could not be asked. */
  readonly blind: string | undefined;
}

const DEADLINE_MS = 15_000;
const POLL_MS = 50;

/** Asks the engine once which servers would be discovered, without what is remembered, and connects to none. */
export async function findNow(
  written: Config,
  deps: { readonly clock: Clock; readonly log: Log; readonly childPrograms: ChildPrograms },
): Promise<FoundNow> {
  const { clock, log } = deps;
  const children = createChildren(deps.childPrograms, { clock, log });
  const docker = createDockerObserver(written, {
    clock,
    log,
    lookup: children.lookup,
    changed: () => undefined,
    isWatched: () => false,
    needsControl: () => false,
  });
  const views = (): Views => ({
    servers: new Map(),
    docker: docker.view(),
    disk: { filesystems: [], mountpointOf: new Map(), dropped: 0, host: undefined },
    backups: new Map(),
  });
  const discovery = createDiscovery({
    clock,
    log,
    written: () => written,
    history: () => EMPTY_HISTORY,
    views,
    named: () => namedServers(written, views(), EMPTY_HISTORY).map((one) => ({ ...one, looked: true })),
    readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
    readSecret: children.secretFile,
    use: () => undefined,
    release: () => undefined,
  });
  docker.start();
  try {
    const deadline = clock.monotonic() + DEADLINE_MS;
    while (clock.monotonic() < deadline && (!hasAnswered(docker.view()) || discovery.isBusy())) {
      await sleep(POLL_MS);
      discovery.update();
    }
    const seen = docker.view().inventory?.observation;
    const blind = seen?.seen ? undefined : (seen?.detail ?? 'the Docker engine does not answer');
    return { config: discovery.config(), verdict: discovery.verdict(), blind };
  } finally {
    await docker.stop();
    children.stop();
  }
}

function hasAnswered({ inventory }: DockerView): boolean {
  const seen = inventory?.observation;
  // One that is too slow is asked again.
  if (!seen?.seen) return seen !== undefined && seen.reason !== 'timeout';
  return areInspected(seen.facts.containers);
}
