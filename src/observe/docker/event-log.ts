import type { DockerEvent, EventTally } from '../../model/docker.ts';

/** Enough for evidence; what is not watched makes room first. */
const MAX_EVENTS = 300;
/** The engine keeps 256 events (moby `daemon/events`); more of ours would never be compared. */
const MAX_KEYS = 1024;
const ENGINE_RING = 256;
/** Verbs that may become label values; anything else is counted as `other`. */
const COUNTED: ReadonlySet<string> = new Set([
  'create',
  'start',
  'restart',
  'stop',
  'kill',
  'die',
  'oom',
  'pause',
  'unpause',
  'rename',
  'update',
  'destroy',
  'mount',
  'unmount',
  'prune',
]);
/** A counter that begins at 1 has hidden its first event from `increase()`: these are there from the start. */
const VOLUME_VERBS = ['create', 'mount', 'unmount', 'destroy', 'prune'];
const ZEROS: readonly (readonly [string, EventTally])[] = [
  ...[...COUNTED, 'other'].map((action) => ['container', action] as const),
  ...VOLUME_VERBS.map((action) => ['volume', action] as const),
].map(([type, action]) => [`${type}/${action}`, { type, action, count: 0 }]);
/** Things people and health checks do to a container that change nothing. */
const NOISE =
  /^(exec_|health_status|top$|attach$|detach$|resize$|copy$|export$|archive-path$|extract-to-dir$|commit$)/;

/** What a replay of the engine's memory showed, against the events that we knew. */
export type Replay =
  | 'first' // none was known
  | 'continued' // it holds one that we knew
  | 'emptied' // it holds none, and is too short to have forgotten any: the engine began anew
  | 'overrun'; // it holds none, and is so long that it may have forgotten them, or was cut short

/** What became of the events of one engine so far. */
export interface EventLog {
  /** The stream was opened again: the engine will replay all it remembers. Judges a replay that was cut short. */
  reconnected(): Replay | undefined;
  /** The replay has surely ended: when it held nothing that was known, history was lost. */
  replayEnded(): Replay;
  /** Events were thrown away unread. */
  lost(): void;
  /**
   * Takes one event, whether it concerns something watched, and whether it is the echo of a look of ours, which is
   * neither kept nor counted; gives whether it is new and not before our time.
   */
  record(event: DockerEvent, watched: boolean, isEcho?: boolean): 'known' | 'history' | 'news';
  view(): EventLogView;
}

export interface EventLogView {
  /** Oldest first. */
  readonly events: readonly DockerEvent[];
  readonly gaps: number;
  readonly tallies: readonly EventTally[];
}

/**
 * Makes an empty log. An event is known again by (timeNano, type, action, id), so that a replay changes nothing.
 * Events of the first replay happened before we looked: they are kept as evidence and not counted.
 */
export function createEventLog(): EventLog {
  let entries: readonly { readonly event: DockerEvent; readonly watched: boolean }[] = [];
  /** Noise included, oldest first. */
  const keys = new Set<string>();
  const tallies = new Map<string, EventTally>(ZEROS);
  let gaps = 0;
  let phase: 'first' | 'replay' | 'live' = 'first';
  /** New events since the stream was opened, while the thread is not picked up. */
  let fresh = 0;
  /** Keys of events that the engine has forgotten for good: not finding them again tells nothing new. */
  let former = 0;
  let cached: EventLogView | undefined;

  function replayEnded(): Replay {
    const replay = judge();
    if (replay === 'emptied' || replay === 'overrun') {
      lost();
      former = keys.size - fresh;
    }
    phase = 'live';
    fresh = 0;
    return replay;
  }

  function judge(): Replay {
    if (phase === 'first') return 'first';
    if (phase === 'live') return 'continued';
    if (fresh >= ENGINE_RING) return 'overrun';
    return keys.size - former > fresh ? 'emptied' : 'first';
  }

  function lost(): void {
    gaps += 1;
    cached = undefined;
  }

  function remember(key: string): void {
    keys.add(key);
    if (keys.size <= MAX_KEYS) return;
    for (const oldest of keys) {
      keys.delete(oldest);
      former = Math.max(0, former - 1);
      break;
    }
  }

  function keep(event: DockerEvent, watched: boolean): void {
    const all = [...entries, { event, watched }];
    const victim =
      all.length <= MAX_EVENTS
        ? -1
        : Math.max(
            0,
            all.findIndex((entry) => !entry.watched),
          );
    entries = victim === -1 ? all : all.toSpliced(victim, 1);
  }

  function count(event: DockerEvent): void {
    if (event.type !== 'container' && event.type !== 'volume') return;
    const action = COUNTED.has(event.action) ? event.action : 'other';
    const key = `${event.type}/${action}`;
    tallies.set(key, { type: event.type, action, count: (tallies.get(key)?.count ?? 0) + 1 });
  }

  return {
    reconnected() {
      if (phase === 'first') return undefined;
      // A replay that was cut short is judged by what it brought; otherwise the next one would know its events.
      const cutShort = phase === 'replay' && fresh > 0 ? replayEnded() : undefined;
      phase = 'replay';
      fresh = 0;
      return cutShort === 'emptied' ? 'overrun' : cutShort;
    },
    replayEnded,
    lost,
    record(event, watched, isEcho = false) {
      const key = `${event.timeNano}/${event.type}/${event.action}/${event.id}`;
      if (keys.has(key)) {
        if (phase === 'replay') phase = 'live';
        former = 0;
        return 'known';
      }
      remember(key);
      fresh += phase === 'live' ? 0 : 1;
      cached = undefined;
      if (!isNoise(event) && !isEcho) keep(event, watched);
      if (phase === 'first') return 'history';
      if (watched && !isEcho) count(event);
      return 'news';
    },
    view() {
      cached ??= { events: entries.map(({ event }) => event), gaps, tallies: [...tallies.values()] };
      return cached;
    },
  };
}

/** Tells whether an event changes nothing worth a look: health checks, types other than containers and volumes. */
export function isNoise(event: DockerEvent): boolean {
  if (event.type === 'network') return event.action !== 'destroy';
  return !['container', 'volume', 'daemon'].includes(event.type) || NOISE.test(event.action);
}
