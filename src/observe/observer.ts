import type { LookupFunction } from 'node:net';
import type { Log } from '../model/log.ts';
import type { Clock } from '../model/time.ts';

/** Something that looks at a part of the world on its own cadence and always has an answer ready. */
export interface Observer<View> {
  /** Begins to look; returns at once. */
  start(): void;
  /** The latest knowledge: immutable, never waits. */
  view(): View;
  /** Looks again soon, out of turn: something beside the target changed that concerns it. */
  lookAgain?(): void;
  /** Ends all looks and closes what was opened; resolves within a second whatever the target does. */
  stop(): Promise<void>;
}

/** What every observer is given. */
export interface ObserverDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the heartbeat that something changed that should not wait for the next tick. */
  readonly changed: () => void;
}

/** What an observer is given whose target may have a host name. */
export interface NetworkObserverDeps extends ObserverDeps {
  /** Finds the addresses of host names. */
  readonly lookup: LookupFunction;
}
