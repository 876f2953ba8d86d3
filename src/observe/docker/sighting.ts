import { type Latest, latest } from '../../model/observation.ts';
import type { DockerReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import type { Failure } from './reasons.ts';

/** The latest look at one thing. */
export interface Sighting<T> {
  latest(): Latest<T, DockerReason> | undefined;
  /** Takes when the look began, in monotonic milliseconds. */
  saw(facts: T, startedMs: number): void;
  missed(failure: Failure, startedMs: number): void;
}

/** Makes a sighting that was not looked at yet. */
export function createSighting<T>(clock: Clock): Sighting<T> {
  let current: Latest<T, DockerReason> | undefined;
  const taken = (startedMs: number) => {
    const monotonicMs = clock.monotonic();
    return { at: clock.now(), monotonicMs, tookMs: monotonicMs - startedMs };
  };
  return {
    latest: () => current,
    saw(facts, startedMs) {
      current = latest(current, { seen: true, facts, ...taken(startedMs) });
    },
    missed(failure, startedMs) {
      current = latest(current, { seen: false, ...failure, ...taken(startedMs) });
    },
  };
}
