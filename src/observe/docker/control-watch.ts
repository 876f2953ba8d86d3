import { posix } from 'node:path';
import type { ContainerFacts, ControlFacts, DockerEvent, DockerView } from '../../model/docker.ts';
import type { Log } from '../../model/log.ts';
import type { Clock } from '../../model/time.ts';
import type { DockerClient } from './client.ts';
import { inTurns } from './in-turns.ts';
import { createPace } from './pace.ts';
import { ControlFileError, parsePgControl } from './pg-control.ts';
import type { Failure } from './reasons.ts';
import { createSighting, type Sighting } from './sighting.ts';
import { firstFileOf } from './tar.ts';

/** The choice of the image up to PostgreSQL 17, which sets PGDATA to the same. */
const DEFAULT_PGDATA = '/var/lib/postgresql/data';
/** The file has 8192 bytes. */
const MAX_ARCHIVE_BYTES = 65_536;
/**
 * Each look makes three events of its own (mount, archive-path, unmount) in the 256 that the engine remembers, and
 * what does not change need not be looked at often: 5 s after something happened, then up to 5 min.
 */
const PACE = { gapMs: 1000, firstMs: 5000, maxMs: 300_000 };
/** A call that hangs holds the engine's lock of the container; a second one would wait behind it. */
const HUNG_MS = 60_000;
const BARRED_MS = 600_000;
/** The events of a look may arrive this much after it. */
const ECHO_MS = 2000;

/** Reads which cluster lies in the containers whose server does not let us in. */
export interface ControlWatch {
  /** Looks where a look is due; resolves when all looks ended. */
  look(containers: readonly ContainerFacts[]): Promise<void>;
  touch(containerId: string): void;
  /** The engine does not answer: nothing is seen any more. */
  lose(failure: Failure, startedMs: number): void;
  /** The way to the engine is another one: what was barred may be open now. */
  retry(): void;
  /** Tells whether an event is the echo of a look of ours. */
  isEcho(event: DockerEvent): boolean;
  view(): DockerView['controls'];
}

/** Makes a watch; `changed` is called when another cluster, or none, is found where one was seen. */
export function createControlWatch(options: {
  readonly client: Pick<DockerClient, 'archive'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly needsControl: (containerName: string) => boolean;
  readonly classify: (error: unknown) => Failure;
  readonly changed: () => void;
}): ControlWatch {
  const { client, clock, log, needsControl, classify, changed } = options;
  const pace = createPace(PACE);
  const sightings = new Map<string, Sighting<ControlFacts>>();
  const echoesUntilMs = new Map<string, number>();
  let view: DockerView['controls'] = new Map();
  let barred: { readonly failure: Failure; readonly untilMs: number } | undefined;
  let told = false;

  async function read({ id, inspection }: ContainerFacts): Promise<ControlFacts> {
    const path = posix.join(inspection?.pgdata ?? DEFAULT_PGDATA, 'global/pg_control');
    const file = firstFileOf(await client.archive(id, path, MAX_ARCHIVE_BYTES));
    if (!file) throw new ControlFileError('short');
    const { systemIdentifier, clusterState } = parsePgControl(file);
    return { systemIdentifier, clusterState };
  }

  async function lookAt(container: ContainerFacts): Promise<void> {
    const sighting = sightings.get(container.id) ?? createSighting<ControlFacts>(clock);
    sightings.set(container.id, sighting);
    const startedMs = clock.monotonic();
    pace.begin(container.id, startedMs);
    if (barred && startedMs < barred.untilMs) {
      sighting.missed(barred.failure, startedMs);
      publish();
      return;
    }
    const before = identifierOf(sighting);
    echoesUntilMs.set(container.id, Number.POSITIVE_INFINITY);
    try {
      // The server may be writing it at this very moment.
      sighting.saw(await read(container).catch((error: unknown) => secondTry(error, container)), startedMs);
      told = false;
    } catch (error) {
      miss(container, sighting, failureOf(error, container.name), startedMs);
    } finally {
      echoesUntilMs.set(container.id, clock.monotonic() + ECHO_MS);
    }
    publish();
    if (identifierOf(sighting) !== before) changed();
  }

  function secondTry(error: unknown, container: ContainerFacts): Promise<ControlFacts> {
    if (error instanceof ControlFileError && error.problem === 'checksum') return read(container);
    throw error;
  }

  function miss(
    { id }: ContainerFacts,
    sighting: Sighting<ControlFacts>,
    failure: Failure,
    startedMs: number,
  ): void {
    sighting.missed(failure, startedMs);
    if (failure.reason === 'timeout') pace.holdUntil(id, clock.monotonic() + HUNG_MS);
    if (failure.reason !== 'forbidden') return;
    barred = { failure, untilMs: clock.monotonic() + BARRED_MS };
    if (told) return;
    told = true;
    log.info(failure, 'a server that does not let us in cannot be told apart from another one');
  }

  function failureOf(error: unknown, name: string): Failure {
    if (!(error instanceof ControlFileError)) return classify(error);
    const detail = `global/pg_control of container ${name} is damaged or of an unknown version (${error.problem})`;
    return { reason: 'protocol', detail };
  }

  function publish(): void {
    const seen = [...sightings].flatMap(([id, sighting]) => {
      const latest = sighting.latest();
      return latest ? [[id, latest] as const] : [];
    });
    view = new Map(seen);
  }

  return {
    async look(containers) {
      // Where the data directory is not known yet, another cluster than the one in use might be read.
      const wanted = containers.filter(({ inspection, name }) => inspection && needsControl(name));
      const ids = new Set(wanted.map(({ id }) => id));
      pace.keepOnly(ids);
      for (const id of sightings.keys()) if (!ids.has(id)) sightings.delete(id);
      for (const [id, untilMs] of echoesUntilMs) if (untilMs < clock.monotonic()) echoesUntilMs.delete(id);
      const due = wanted.filter(({ id }) => pace.isDue(id, clock.monotonic()));
      publish();
      await inTurns(due, lookAt);
    },
    touch: (id) => pace.touch(id, clock.monotonic()),
    lose(failure, startedMs) {
      for (const sighting of sightings.values()) sighting.missed(failure, startedMs);
      publish();
    },
    retry() {
      barred = undefined;
      for (const id of sightings.keys()) pace.touch(id, clock.monotonic());
    },
    isEcho({ type, action, id, attributes }) {
      const container = type === 'volume' ? attributes.get('container') : id;
      const isOurs = type === 'volume' ? /^(un)?mount$/.test(action) : action === 'archive-path';
      return isOurs && container !== undefined && clock.monotonic() < (echoesUntilMs.get(container) ?? 0);
    },
    view: () => view,
  };
}

function identifierOf(sighting: Sighting<ControlFacts>): string | undefined {
  const observation = sighting.latest()?.observation;
  return observation?.seen ? observation.facts.systemIdentifier : undefined;
}
