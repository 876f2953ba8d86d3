/** For a run of databases that are not named: nobody knows yet how many there will be. */
const UNKNOWN_MS = 24 * 3_600_000;
/** Timers of Node.js end at 24 days: a longer one would ring at once. */
const LONGEST_MS = 14 * 24 * 3_600_000;

/** How long a whole run may take, of which each part has `eachMs`; `undefined` parts: their number is not known. */
export function runDeadlineMs(eachMs: number, parts: number | undefined): number {
  return Math.min(LONGEST_MS, parts === undefined ? Math.max(UNKNOWN_MS, 4 * eachMs) : parts * eachMs);
}
