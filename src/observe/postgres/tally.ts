import type { ConnectionTally } from '../../model/postgres.ts';
import { CONNECT_REASONS, type ConnectReason } from '../../model/reason.ts';

/** Counts connection attempts by database since this process started. */
export interface Tally {
  attempted(datname: string, durationMs: number): void;
  failed(datname: string, reason: ConnectReason): void;
  /** Every name from the start, every reason from the start at 0; in order of first use. */
  read(): readonly ConnectionTally[];
}

const NO_FAILURES = Object.fromEntries(CONNECT_REASONS.map((reason) => [reason, 0])) as Record<
  ConnectReason,
  number
>;

/** `names` are counted from the start, at 0. */
export function createTally(names: readonly string[]): Tally {
  const entries = new Map<string, ConnectionTally>();
  /** Read many times a second, and most of the time the same. */
  let last: readonly ConnectionTally[] | undefined;

  const of = (datname: string): ConnectionTally =>
    entries.get(datname) ?? { datname, attempts: 0, failures: NO_FAILURES, lastDurationMs: undefined };
  const keep = (entry: ConnectionTally): void => {
    entries.set(entry.datname, entry);
    last = undefined;
  };
  for (const name of names) keep(of(name));
  return {
    attempted(datname, durationMs) {
      const entry = of(datname);
      keep({ ...entry, attempts: entry.attempts + 1, lastDurationMs: durationMs });
    },
    failed(datname, reason) {
      const entry = of(datname);
      keep({ ...entry, failures: { ...entry.failures, [reason]: entry.failures[reason] + 1 } });
    },
    read() {
      last ??= [...entries.values()];
      return last;
    },
  };
}
