/** Wall-clock milliseconds since the Unix epoch. Good for dates, never for durations. */
export type Instant = number;

/** The two clocks of the outside world, injected so that tests can hold them still. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch; may jump. */
  readonly now: () => Instant;
  /** Monotonic milliseconds since an arbitrary origin; for durations and ages. */
  readonly monotonic: () => number;
}
