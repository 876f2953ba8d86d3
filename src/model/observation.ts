import type { Instant } from './time.ts';

/** We looked and saw. */
export interface Seen<T> {
  readonly seen: true;
  readonly facts: T;
  readonly at: Instant;
  /** Monotonic milliseconds at the end of the look; ages are computed from this one. */
  readonly monotonicMs: number;
  readonly tookMs: number;
}

/** We looked and could not see. Never the same as seeing nothing. */
export interface Unseen<R extends string = string> {
  readonly seen: false;
  readonly reason: R;
  /** One line for a person: no secret, no stack trace. */
  readonly detail: string;
  readonly at: Instant;
  readonly monotonicMs: number;
  readonly tookMs: number;
}

export type Observation<T, R extends string = string> = Seen<T> | Unseen<R>;

/** The latest look, and the latest look that saw (which may be older, or the same one). */
export interface Latest<T, R extends string = string> {
  readonly observation: Observation<T, R>;
  readonly lastSeen: Seen<T> | undefined;
}

/** The next `Latest` after one more observation. */
export function latest<T, R extends string>(
  previous: Latest<T, R> | undefined,
  observation: Observation<T, R>,
): Latest<T, R> {
  return { observation, lastSeen: observation.seen ? observation : previous?.lastSeen };
}
