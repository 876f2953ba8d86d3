import type { DockerView } from '../../model/docker.ts';
import type { Observer } from '../observer.ts';
import { parseEndpoint } from './endpoint.ts';
import { createEngineObserver } from './engine-observer.ts';
import type { DockerObserverDeps, DockerObserverSettings } from './settings.ts';

const NOTHING_SEEN: DockerView = {
  enabled: true,
  engine: undefined,
  inventory: undefined,
  firstListed: new Map(),
  diskUsage: undefined,
  controls: new Map(),
  logLines: new Map(),
  events: [],
  eventGaps: 0,
  restarts: [],
  eventTallies: [],
};

/**
 * Watches the Docker engine at `settings.docker.host`: whether it answers, its containers and volumes, its events.
 * Turned off it opens nothing; with an address that is none it says so and opens nothing.
 */
export function createDockerObserver(
  settings: DockerObserverSettings,
  deps: DockerObserverDeps,
): Observer<DockerView> {
  if (!settings.docker.enabled) return standing({ ...NOTHING_SEEN, enabled: false });
  const endpoint = parseEndpoint(settings.docker.host);
  if (endpoint) return createEngineObserver({ ...settings, endpoint }, deps);
  const observation = {
    seen: false,
    reason: 'error',
    detail: 'docker.host is no address: write unix:///var/run/docker.sock or tcp://host:2375',
    at: deps.clock.now(),
    monotonicMs: deps.clock.monotonic(),
    tookMs: 0,
  } as const;
  const unseen = { observation, lastSeen: undefined };
  return standing({ ...NOTHING_SEEN, engine: unseen, inventory: unseen });
}

function standing(view: DockerView): Observer<DockerView> {
  return { start: () => undefined, view: () => view, stop: () => Promise.resolve() };
}
