import type { Result } from './problem.ts';

const UNITS_MS = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;

const UNIT_NAMES = Object.keys(UNITS_MS) as (keyof typeof UNITS_MS)[];

/** Regular expression of a duration, for editors; an empty text is refused apart. */
export const DURATION_PATTERN = '^(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$';

/** What to write instead of something that is no duration. */
export const DURATION_HELP =
  'must be a duration with its unit, for example `500ms`, `10s`, `5m`, `1h30m` or `7d`';

/** Takes a text such as `1h30m` (w, d, h, m, s, ms, largest first, whole numbers) and gives milliseconds. */
export function parseDuration(text: string): Result<number> {
  if (/^\s*\d+\.\d/.test(text)) {
    return fail(`${DURATION_HELP}; fractions are not read: write \`1s500ms\` instead of \`1.5s\``);
  }
  if (text === '' || !new RegExp(DURATION_PATTERN).test(text)) return fail(DURATION_HELP);
  let totalMs = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|[wdhms])/g)) {
    totalMs += Number(digits) * UNITS_MS[unit as keyof typeof UNITS_MS];
  }
  if (!Number.isSafeInteger(totalMs)) return fail('is longer than any clock can count: write less');
  return { ok: true, value: totalMs };
}

/** Takes whole milliseconds, 0 or more, and gives the shortest text that `parseDuration` reads back. */
export function formatDuration(totalMs: number): string {
  let restMs = totalMs;
  let text = '';
  for (const unit of UNIT_NAMES) {
    const count = Math.floor(restMs / UNITS_MS[unit]);
    if (count > 0) text += `${count}${unit}`;
    restMs -= count * UNITS_MS[unit];
  }
  return text === '' ? '0s' : text;
}

function fail(message: string): Result<never> {
  return { ok: false, message };
}
