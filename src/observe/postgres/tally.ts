import type { ConnectionTally } from '../../model/postgres.ts';
import { CONNECT_REASONS, type ConnectReason } from '../../model/reason.ts';

/** Counts connection attempts by database since this process started. */
export interface Tally {
  attempted(datname: string, durationMs: number): void;
  failed(datname: string, reason: ConnectReason): void;
  /** Every name from the start, every reason from the start at 0; in order of first use. */
  read(): readonly ConnectionTally[];
}

interface Entry {
  attempts: number;
  readonly failures: Map<ConnectReason, number>;
  lastMs: number | undefined;
}

/** `names` are counted from the start, at 0. */
export function createTally(names: readonly string[]): Tally {
  const entries = new Map<string, Entry>();
  const entryOf = (datname: string): Entry => {
    const found = entries.get(datname) ?? { attempts: 0, failures: new Map(), lastMs: undefined };
    entries.set(datname, found);
    return found;
  };
  for (const name of names) entryOf(name);
  return {
    attempted(datname, durationMs) {
      const entry = entryOf(datname);
      entry.attempts += 1;
      entry.lastMs = durationMs;
    },
    failed(datname, reason) {
      const { failures } = entryOf(datname);
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
    },
    read: () =>
      [...entries].map(([datname, { attempts, failures, lastMs }]) => ({
        datname,
        attempts,
        failures: Object.fromEntries(
          CONNECT_REASONS.map((reason) => [reason, failures.get(reason) ?? 0]),
        ) as Record<ConnectReason, number>,
        lastDurationMs: lastMs,
      })),
  };
}
