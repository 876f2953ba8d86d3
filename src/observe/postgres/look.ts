import type { Seen, Unseen } from '../../model/observation.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import type { Classified } from './classify.ts';

/** Measures one look from now on; the two ends make the observation. */
export function beginLook(clock: Clock): {
  seen<T>(facts: T): Seen<T>;
  unseen(why: Classified): Unseen<ConnectReason>;
} {
  const startedAt = clock.monotonic();
  const when = () => {
    const monotonicMs = clock.monotonic();
    return { at: clock.now(), monotonicMs, tookMs: monotonicMs - startedAt };
  };
  return {
    seen: (facts) => ({ seen: true, facts, ...when() }),
    unseen: ({ reason, detail }) => ({ seen: false, reason, detail, ...when() }),
  };
}
