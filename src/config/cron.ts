import { Cron } from 'croner';
import type { Schedule } from '../model/backup-source.ts';
import type { Instant } from '../model/time.ts';
import type { Result } from './problem.ts';

/** What to write instead of something that is no cron expression. */
export const CRON_HELP =
  'is no cron expression: write minute, hour, day of the month, month and day of the week, for example `15 2 * * *` for every night at 02:15';

/** Takes the five fields of a cron expression, or a word such as `@daily`. */
export function parseCron(text: string): Result<string> {
  if (!/^(@\w+|\S+(\s+\S+){4})$/.test(text.trim())) return { ok: false, message: CRON_HELP };
  try {
    // A job that is paused has no timer.
    if (new Cron(text, { paused: true, timezone: 'UTC' }).nextRun(new Date(0)) === null) {
      return { ok: false, message: 'names a moment that never comes: check the day and the month' };
    }
  } catch {
    return { ok: false, message: CRON_HELP };
  }
  return { ok: true, value: text.trim() };
}

/** Takes an IANA name such as `Europe/Berlin`. */
export function parseTimeZone(text: string): Result<string> {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return { ok: true, value: text };
  } catch {
    return { ok: false, message: 'is no time zone: write one such as `Europe/Berlin`, or `UTC`' };
  }
}

/** The first moment of a schedule after `after`; `undefined`: there is none. */
export function nextRun({ cron, timeZone }: Schedule, after: Instant): Instant | undefined {
  return new Cron(cron, { paused: true, timezone: timeZone }).nextRun(new Date(after))?.getTime();
}
