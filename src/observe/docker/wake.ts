import type { DockerEvent, InventoryFacts } from '../../model/docker.ts';
import type { Clock } from '../../model/time.ts';

/** An object of the engine, as the rest of pgvigil knows it. */
export interface DockerObject {
  readonly type: 'container' | 'volume';
  readonly name: string;
  readonly id: string;
}

/** Tells whether the object belongs to a server that is watched. */
export type IsWatched = (object: DockerObject) => boolean;

/** How much an event matters: to something watched, to something we never saw, or to neither. */
export type Concern = 'watched' | 'unknown' | 'other';

/** Takes an event and the last list; gives whom it concerns. */
export function concernOf(
  event: DockerEvent,
  isWatched: IsWatched,
  inventory: InventoryFacts | undefined,
): Concern {
  // A prune does not say what it took (before Docker 23), and what the daemon does concerns all.
  if (event.action === 'prune' || event.type === 'daemon') return 'watched';
  if (event.type === 'container') {
    const known = inventory?.containers.find(({ id }) => id === event.id);
    const name = event.name ?? known?.name ?? '';
    if (isWatched({ type: 'container', name, id: event.id })) return 'watched';
    return known ? 'other' : 'unknown';
  }
  if (event.type === 'volume') {
    const name = event.name ?? event.id;
    if (isWatched({ type: 'volume', name, id: name })) return 'watched';
    return inventory?.volumes.some((volume) => volume.name === name) ? 'other' : 'unknown';
  }
  return 'other';
}

/** Takes a list; gives text that differs when something watched has changed between two lists. */
export function fingerprintOf(inventory: InventoryFacts | undefined, isWatched: IsWatched): string {
  if (!inventory) return '';
  const volumes = inventory.volumes
    .filter(({ name }) => isWatched({ type: 'volume', name, id: name }))
    .map(({ name, dataMissing }) => [name, dataMissing]);
  const containers = inventory.containers
    .filter(({ name, id }) => isWatched({ type: 'container', name, id }))
    .map(({ name, id, state, mounts }) => [name, id, state, mounts.map(({ volume }) => volume)]);
  return JSON.stringify([volumes.sort(), containers.sort()]);
}

/** How long a change may wait for others: one command makes several events, and one list answers them all. */
const COALESCE_MS: Readonly<Record<Concern, number>> = { watched: 30, unknown: 500, other: 500 };

/**
 * Docker 20.10 tells that a container died before it has cleaned up, and lists it as running until then: up to 100 ms
 * when measured. Later versions do it the other way round (moby `daemon/monitor.go`).
 */
const SECOND_LOOK_MS = 300;

/** Collects reasons to look. */
export interface Wake {
  soon(concern: Concern): void;
  /** Tells whether something watched or unknown was concerned since the last time, and forgets it. */
  take(): boolean;
  stop(): void;
}

/**
 * Makes a wake that calls `run` within half a second of a change, at once when something watched is concerned, and
 * once more a little later.
 */
export function createWake(options: { readonly clock: Clock; readonly run: () => void }): Wake {
  const { clock, run } = options;
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  let concerned = false;
  /** A change that matters was answered by one look only. */
  let unsure = false;

  function arm(waitMs: number): void {
    if (dueMs <= clock.monotonic() + waitMs) return;
    clearTimeout(timer);
    dueMs = clock.monotonic() + waitMs;
    timer = setTimeout(fire, waitMs);
  }

  function fire(): void {
    dueMs = Number.POSITIVE_INFINITY;
    run();
    if (!unsure) return;
    unsure = false;
    arm(SECOND_LOOK_MS);
  }

  return {
    soon(concern) {
      concerned ||= concern !== 'other';
      unsure ||= concern !== 'other';
      arm(COALESCE_MS[concern]);
    },
    take() {
      const was = concerned;
      concerned = false;
      return was;
    },
    stop() {
      clearTimeout(timer);
      dueMs = Number.POSITIVE_INFINITY;
    },
  };
}
