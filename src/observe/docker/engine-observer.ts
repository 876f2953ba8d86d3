import type {
  ContainerFacts,
  DiskUsageFacts,
  DockerView,
  EngineFacts,
  InventoryFacts,
} from '../../model/docker.ts';
import { createCadence } from '../cadence.ts';
import type { Observer } from '../observer.ts';
import { createDockerClient } from './client.ts';
import { parseContainers } from './containers.ts';
import { parseDiskUsage } from './disk-usage.ts';
import type { Endpoint } from './endpoint.ts';
import { createEventFeed } from './event-feed.ts';
import { createInspector } from './inspector.ts';
import { createPulse } from './pulse.ts';
import { classifyFailure, type Failure } from './reasons.ts';
import { createRestarts } from './restarts.ts';
import type { DockerObserverDeps, DockerObserverSettings } from './settings.ts';
import { createSighting, type Sighting } from './sighting.ts';
import { createTroubles } from './troubles.ts';
import { parseVolumes } from './volumes.ts';
import { createWake, fingerprintOf } from './wake.ts';

/** With a deadline of 2 s, an engine that hangs is known within 4 s. */
const PULSE_MS = 1500;
/** A beat this late means that we were away ourselves, and the engine does not wait for a reader that is away. */
const LATE_MS = 1000;
/** Proxies cut streams at some age; we do it first, at a moment of our choice. */
const STREAM_AGE_MS = 600_000;
/** Everything cached is asked anew, whatever the events said. */
const RESYNC_MS = 60_000;
const DISK_USAGE_MS = 300_000;
const DISK_USAGE_TIMEOUT_MS = 30_000;

/** Watches the engine at one endpoint; see `createDockerObserver`. */
export function createEngineObserver(
  settings: DockerObserverSettings & { readonly endpoint: Endpoint },
  deps: DockerObserverDeps,
): Observer<DockerView> {
  const { endpoint, timeouts, intervals } = settings;
  const { clock, log, isWatched } = deps;
  const client = createDockerClient(endpoint, { timeoutMs: timeouts.docker, lookup: deps.lookup });
  const pulse = createPulse(client, clock);
  const engine = createSighting<EngineFacts>(clock);
  const inventory = createSighting<InventoryFacts>(clock);
  let firstListed: ReadonlyMap<string, number> = new Map();
  const diskUsage = createSighting<DiskUsageFacts>(clock);
  const inspector = createInspector({
    client,
    isWatched: ({ id, name }) => isWatched({ type: 'container', id, name }),
    timeoutMs: timeouts.docker,
    discovery: settings.docker.discover ? settings.docker.discoverCredentials : undefined,
    failed: (error) => log.debug(classify(error, 'GET /containers/{id}/json'), 'cannot inspect a container'),
  });
  const troubles = createTroubles(
    {
      client,
      containers: () => listed(),
      scrubOf: inspector.scrubOf,
      classify: (error, what) => classify(error, what),
      failed: (error) => failed(error),
    },
    deps,
  );
  const restarts = createRestarts(clock, endpoint.kind === 'unix');
  const wake = createWake({ clock, run: () => lists.kick() });
  const feed = createEventFeed(client, clock, {
    isWatched,
    inventory: () => inventory.latest()?.lastSeen?.facts,
    opened: () => {
      restarts.opened();
      resync();
    },
    ended: () => beats.kick(),
    replayed: restarts.replayed,
    recognised: restarts.recognised,
    isEcho: troubles.isEcho,
    touched: (event, isOfWatched) => {
      inspector.touch(event.id);
      troubles.touch(event, isOfWatched);
    },
    happened: wake.soon,
  });
  let stopped = false;
  /** Why the engine does not answer, `true` while it does. */
  let answers: Failure | true | undefined;
  let lastBeatMs = clock.monotonic();
  let resyncedMs = clock.monotonic();
  let fingerprint = '';

  const classify = (error: unknown, what: string): Failure => classifyFailure(error, what, endpoint);

  /** Looks, and keeps what was seen or why nothing was; an end in the middle of it leaves everything as it was. */
  async function look<T>(sighting: Sighting<T>, what: string, read: () => Promise<T>): Promise<void> {
    const startedMs = clock.monotonic();
    try {
      const facts = await read();
      if (!stopped) sighting.saw(facts, startedMs);
    } catch (error) {
      if (!stopped) sighting.missed(classify(error, what), startedMs);
    }
  }

  async function beat(): Promise<void> {
    const startedMs = clock.monotonic();
    const late = startedMs - lastBeatMs > PULSE_MS + LATE_MS;
    try {
      await pulse.ping();
    } catch (error) {
      if (!stopped) lose(classify(error, 'GET /_ping'), startedMs);
      return;
    } finally {
      lastBeatMs = clock.monotonic();
    }
    if (stopped) return;
    const regained = answers !== true;
    answers = true;
    if (regained) {
      pulse.forget();
      troubles.retry();
      feed.start();
    } else if (late || feed.ageMs() > STREAM_AGE_MS) feed.renew();
    await look(engine, 'GET /info', pulse.facts);
    lastBeatMs = clock.monotonic();
    if (!regained || stopped) return;
    resync();
    if (!diskUsage.latest()?.lastSeen) usage.kick();
    log.info({ endpoint: settings.docker.host }, 'the Docker engine answers');
    deps.changed();
  }

  /** What was seen of an engine that does not answer is not seen any more. */
  function lose(failure: Failure, startedMs: number): void {
    const before = answers;
    answers = failure;
    feed.stop();
    restarts.lost(failure.reason);
    for (const sighting of [engine, inventory, diskUsage]) sighting.missed(failure, startedMs);
    troubles.lose(failure, startedMs);
    if (before !== undefined && before !== true && before.reason === failure.reason) return;
    log.warn({ reason: failure.reason, detail: failure.detail }, 'the Docker engine cannot be read');
    deps.changed();
  }

  function resync(): void {
    resyncedMs = clock.monotonic();
    inspector.touchAll();
    lists.kick();
  }

  async function list(): Promise<void> {
    if (answers !== true) return;
    const concerned = wake.take();
    if (clock.monotonic() - resyncedMs > RESYNC_MS) {
      resyncedMs = clock.monotonic();
      inspector.touchAll();
    }
    await look(inventory, 'the list of containers and volumes', async () => {
      const [containers, volumes] = await Promise.all([client.containers(), client.volumes()]);
      const listed = { containers: parseContainers(containers), volumes: parseVolumes(volumes) };
      return { ...listed, containers: await inspector.complete(listed.containers) };
    });
    const seen = inventory.latest()?.observation;
    if (seen?.seen) {
      const known = firstListed;
      firstListed = new Map(seen.facts.containers.map(({ id }) => [id, known.get(id) ?? seen.monotonicMs]));
    }
    const before = fingerprint;
    fingerprint = fingerprintOf(inventory.latest()?.lastSeen?.facts, isWatched);
    if (stopped) return;
    if (concerned || before !== fingerprint) deps.changed();
    troubles.kick();
  }

  /** The containers as last listed, unless the engine is away. */
  function listed(): readonly ContainerFacts[] | undefined {
    const seen = inventory.latest()?.observation;
    return answers === true && seen?.seen ? seen.facts.containers : undefined;
  }

  async function measure(): Promise<void> {
    if (answers !== true) return;
    await look(diskUsage, 'GET /system/df', async () =>
      parseDiskUsage(await client.diskUsage(DISK_USAGE_TIMEOUT_MS)),
    );
  }

  const failed = (error: unknown): void =>
    log.error({ err: error }, 'a look at the Docker engine failed in an unexpected way');
  const beats = createCadence({ intervalMs: PULSE_MS, task: beat, failed, clock });
  const lists = createCadence({ intervalMs: intervals.docker, task: list, failed, clock });
  const usage = createCadence({ intervalMs: DISK_USAGE_MS, task: measure, failed, clock });
  const cadences = [beats, lists, usage];

  return {
    start() {
      for (const cadence of cadences) cadence.start();
      troubles.start();
    },
    view() {
      const { events, gaps, tallies } = feed.view();
      return {
        enabled: true,
        engine: engine.latest(),
        inventory: inventory.latest(),
        firstListed,
        diskUsage: diskUsage.latest(),
        ...troubles.view(),
        events,
        eventGaps: gaps,
        restarts: restarts.view(),
        eventTallies: tallies,
      };
    },
    stop() {
      stopped = true;
      wake.stop();
      troubles.stop();
      feed.stop();
      for (const cadence of cadences) cadence.stop();
      client.close();
      return Promise.resolve();
    },
  };
}
