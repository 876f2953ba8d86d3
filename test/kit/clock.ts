import type { Clock } from '../../src/model/time.ts';

/** A clock that stands still until it is told to move. */
export interface HandClock extends Clock {
  advance(ms: number): void;
}

/** Starts at an arbitrary instant of both clocks. */
export function handClock(now = Date.UTC(2026, 10, 23)): HandClock {
  let passedMs = 0;
  return {
    now: () => now + passedMs,
    monotonic: () => 1_000_000 + passedMs,
    advance: (ms) => {
      passedMs += ms;
    },
  };
}

/** The clock of the machine. */
export const realClock: Clock = { now: Date.now, monotonic: () => performance.now() };
