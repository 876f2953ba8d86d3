import type { DockerEvent, InventoryFacts } from '../../model/docker.ts';
import type { Clock } from '../../model/time.ts';
import type { DockerClient } from './client.ts';
import { createEventLog, type EventLogView, isNoise, type Replay } from './event-log.ts';
import { parseEvent } from './events.ts';
import { createSubscription } from './stream.ts';
import { type Concern, concernOf, type IsWatched } from './wake.ts';

/** The events of one engine, from the stream to the log. */
export interface EventFeed {
  /** Begins, or begins again after `stop`; the log goes on. */
  start(): void;
  /** Opens the stream again and reads the engine's history again. */
  renew(): void;
  /** How long ago the stream was opened, or tried to be. */
  ageMs(): number;
  view(): EventLogView;
  stop(): void;
}

/** What the feed asks and tells. */
export interface EventFeedHooks {
  readonly isWatched: IsWatched;
  /** The last list, as far as there is one. */
  readonly inventory: () => InventoryFacts | undefined;
  /** The stream is open: what is listed from now on misses nothing. */
  readonly opened: () => void;
  readonly ended: () => void;
  /** What the engine remembered was read again. */
  readonly replayed: (replay: Replay) => void;
  /** An event came that was known. */
  readonly recognised: () => void;
  /** Tells whether an event is the echo of a look of ours. */
  readonly isEcho: (event: DockerEvent) => boolean;
  /** Something happened to a container, and whether that one is watched. */
  readonly touched: (event: DockerEvent, isWatched: boolean) => void;
  /** Something changed, and whom it concerns most. */
  readonly happened: (concern: Concern) => void;
}

const RANK: readonly Concern[] = ['other', 'unknown', 'watched'];

/** Makes the feed of `client`; no hook is called before `start` or after `stop`. */
export function createEventFeed(client: DockerClient, clock: Clock, hooks: EventFeedHooks): EventFeed {
  const events = createEventLog();
  let openedMs = clock.monotonic();

  function take(lines: readonly string[]): void {
    let most = -1;
    for (const line of lines) {
      const event = parseEvent(line);
      if (!event) continue;
      const concern = concernOf(event, hooks.isWatched, hooks.inventory());
      const isEcho = hooks.isEcho(event);
      const novelty = events.record(event, concern === 'watched', isEcho);
      if (novelty === 'known') hooks.recognised();
      if (novelty === 'known' || isEcho || isNoise(event)) continue;
      if (event.type === 'container') hooks.touched(event, concern === 'watched' && novelty === 'news');
      most = Math.max(most, RANK.indexOf(concern));
    }
    const concern = RANK[most];
    if (concern) hooks.happened(concern);
  }

  const stream = createSubscription({
    connect: (signal) => client.events(signal),
    opened: () => {
      openedMs = clock.monotonic();
      const cutShort = events.reconnected();
      if (cutShort) hooks.replayed(cutShort);
      hooks.opened();
    },
    replayed: () => hooks.replayed(events.replayEnded()),
    lines: take,
    overflowed: events.lost,
    ended: hooks.ended,
    random: Math.random,
  });

  return {
    start() {
      openedMs = clock.monotonic();
      stream.start();
    },
    renew() {
      openedMs = clock.monotonic();
      stream.renew();
    },
    ageMs: () => clock.monotonic() - openedMs,
    view: events.view,
    stop: stream.stop,
  };
}
