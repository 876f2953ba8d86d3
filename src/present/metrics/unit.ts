import type { Instant } from '../../model/time.ts';

/** An instant as Prometheus wants it: seconds since the epoch, exact to the millisecond. */
export function toSeconds(instant: Instant | undefined): number | undefined {
  return instant === undefined ? undefined : Math.round(instant) / 1000;
}

/** A duration in seconds, exact to the microsecond. */
export function toDuration(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.round(durationMs * 1000) / 1e6;
}
