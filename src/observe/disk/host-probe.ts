import type { HostFacts } from '../../model/disk.ts';
import { type Latest, latest } from '../../model/observation.ts';
import type { DiskReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { DiskCallError, type DiskCalls } from './calls.ts';

export type HostLatest = Latest<HostFacts, DiskReason>;

/** Boot time is wall clock minus uptime: two readings differ by the rounding, and by a slewed clock. */
const BOOT_JITTER_MS = 2_000;

/** One more look at the machine after `previous`; never rejects. */
export async function observeHost(
  previous: HostLatest | undefined,
  calls: DiskCalls,
  deadlineMs: number,
  clock: Clock,
): Promise<HostLatest> {
  const startedMs = clock.monotonic();
  const when = () => {
    const monotonicMs = clock.monotonic();
    return { at: clock.now(), monotonicMs, tookMs: monotonicMs - startedMs };
  };
  try {
    const facts = await calls.host(deadlineMs);
    return latest(previous, { seen: true, facts: steady(previous?.lastSeen?.facts, facts), ...when() });
  } catch (error) {
    const reason = error instanceof DiskCallError ? error.reason : 'error';
    return latest(previous, { seen: false, reason, detail: (error as Error).message, ...when() });
  }
}

/** Keeps the boot time of the earlier reading where the two tell of the same boot. */
function steady(earlier: HostFacts | undefined, now: HostFacts): HostFacts {
  const sameBoot = earlier !== undefined && Math.abs(earlier.bootedAt - now.bootedAt) <= BOOT_JITTER_MS;
  return sameBoot ? { ...now, bootedAt: earlier.bootedAt } : now;
}
