import type { FilesystemUsage } from '../../model/disk.ts';
import { type Latest, latest, type Observation } from '../../model/observation.ts';
import type { DiskReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { DiskCallError, type DiskCalls } from './calls.ts';

export type UsageLatest = Latest<FilesystemUsage, DiskReason>;

/** Measures one mount again and again, as long as it is mounted. */
export interface Probe {
  /** The last measurement, and the last one that worked; `undefined` before the first. */
  usage(): UsageLatest | undefined;
  /** Stuck ones are measured after the healthy ones, so that these never wait for them. */
  wasStuck(): boolean;
  /** Never rejects; takes as long as the call's deadline at most. */
  measure(): Promise<void>;
}

/**
 * A call that the kernel let go of within this time was merely killed: the filesystem has not answered, and
 * trying again at once would start one process after the other.
 */
const KILLED_WITHIN_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * Makes the probe of a mount. While a call is held by the kernel the mount is never touched again: its coming
 * back is the sign of recovery, told by `recovered`.
 */
export function createProbe(options: {
  readonly mountpoint: string;
  readonly calls: DiskCalls;
  readonly deadlineMs: number;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly recovered: () => void;
}): Probe {
  const { mountpoint, calls, deadlineMs, intervalMs, clock, recovered } = options;
  let usage: UsageLatest | undefined;
  let held: { readonly sinceMs: number } | undefined;
  let failures = 0;
  let retryAtMs = 0;

  function observe(outcome: Outcome, startedMs: number): void {
    const monotonicMs = clock.monotonic();
    const when = { at: clock.now(), monotonicMs, tookMs: monotonicMs - startedMs };
    const observation: Observation<FilesystemUsage, DiskReason> =
      'facts' in outcome ? { seen: true, ...outcome, ...when } : { seen: false, ...outcome, ...when };
    usage = latest(usage, observation);
  }

  function hold(released: Promise<void> | undefined): void {
    const sinceMs = clock.monotonic();
    const mine = { sinceMs };
    held = mine;
    failures += 1;
    const waitMs = Math.min(intervalMs * 2 ** (failures - 1), MAX_RETRY_MS);
    void (released ?? Promise.resolve()).then(() => {
      if (held !== mine) return;
      held = undefined;
      const nowMs = clock.monotonic();
      const answered = nowMs - sinceMs > KILLED_WITHIN_MS;
      retryAtMs = answered ? nowMs : nowMs + waitMs;
      if (answered) recovered();
    });
  }

  return {
    usage: () => usage,
    wasStuck: () => failures > 0,
    async measure() {
      const startedMs = clock.monotonic();
      if (held !== undefined) {
        const seconds = Math.round((startedMs - held.sinceMs) / 1000);
        observe({ reason: 'stuck', detail: `statfs has not come back for ${seconds} s` }, startedMs);
        return;
      }
      if (startedMs < retryAtMs) return;
      try {
        observe({ facts: await calls.statfs(mountpoint, deadlineMs) }, startedMs);
        failures = 0;
      } catch (error) {
        const { message } = error as Error;
        const reason = error instanceof DiskCallError ? error.reason : 'error';
        observe({ reason, detail: message }, startedMs);
        if (reason === 'stuck') hold(error instanceof DiskCallError ? error.released : undefined);
        else if (reason !== 'exhausted') failures = 0;
      }
    },
  };
}

type Outcome = { readonly facts: FilesystemUsage } | { readonly reason: DiskReason; readonly detail: string };
