import type { RateLimit } from '../../../model/web-access.ts';

/** Whether one more request may be answered, at this many monotonic milliseconds. */
export type Limiter = (nowMs: number) => boolean;

/** A bucket that holds `burst` and gets one more each interval. */
export function createLimiter(limit: RateLimit | undefined): Limiter {
  if (limit === undefined) return () => true;
  const { intervalMs, burst } = limit;
  let left = burst;
  let countedAtMs: number | undefined;
  return (nowMs) => {
    left = Math.min(burst, left + (nowMs - (countedAtMs ?? nowMs)) / intervalMs);
    countedAtMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
