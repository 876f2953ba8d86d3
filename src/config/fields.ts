import { z } from 'zod';
import { DURATION_HELP, DURATION_PATTERN, formatDuration, parseDuration } from './durations.ts';
import type { Result } from './problem.ts';
import { parseSize, SIZE_HELP } from './sizes.ts';

/** Long enough for any sensible pattern, short enough to keep a runaway one readable. */
export const MAX_PATTERN_LENGTH = 200;

/** setTimeout fires at once above 2^31 ms: a day leaves room and is still useful. */
export const MAX_TIMER_MS = 86_400_000;

/** Below this the watcher would burden what it watches. */
export const MIN_TIMER_MS = 100;

/** PostgreSQL cuts names at NAMEDATALEN - 1 bytes (PostgreSQL docs, "Identifiers and Key Words"). */
export const MAX_NAME_BYTES = 63;

interface DurationLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A duration with its unit, as milliseconds, and what it is where nothing is written; limits are inclusive. */
export function duration(byDefault: string, about: string, limits: DurationLimits) {
  return bareDuration(byDefault, about, limits).prefault(byDefault);
}

/** The same without a default. */
export function bareDuration(example: string, about: string, limits: DurationLimits) {
  return z
    .string({ error: DURATION_HELP })
    .meta({ description: about, pattern: DURATION_PATTERN, examples: [example] })
    .transform((text, context) => {
      const parsed = parseDuration(text);
      if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.message });
      else if (parsed.value < limits.minMs) {
        context.addIssue({
          code: 'custom',
          message:
            limits.minMs === MIN_TIMER_MS
              ? 'is too short, or zero: write at least `100ms`, so that the watcher never burdens what it watches'
              : `is too short: write at least \`${formatDuration(limits.minMs)}\``,
        });
      } else if (parsed.value > limits.maxMs) {
        context.addIssue({
          code: 'custom',
          message: `is too long: write at most \`${formatDuration(limits.maxMs)}\``,
        });
      } else return parsed.value;
      return z.NEVER;
    });
}

/** An interval or a time-out: from 100 ms to a day. */
export function timer(byDefault: string, about: string) {
  return duration(byDefault, about, { minMs: MIN_TIMER_MS, maxMs: MAX_TIMER_MS });
}

/** A size with its unit, as bytes. */
export function size(about: string, examples: readonly string[]) {
  return z
    .string({ error: SIZE_HELP })
    .meta({ description: about, examples: [...examples] })
    .transform((written, context) => {
      const parsed = parseSize(written);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.message });
      return z.NEVER;
    });
}

/** A text that `parse` takes. */
export function checkedText(
  about: string,
  parse: (written: string) => Result<string>,
  examples: readonly string[],
) {
  return text(about, examples).transform((written, context) => {
    const parsed = parse(written);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.message });
    return z.NEVER;
  });
}

/** A text with something in it. */
export function text(about: string, examples: readonly string[] = []) {
  return z
    .string()
    .refine((value) => /\S/.test(value), { error: 'is empty: give a value, or delete the key' })
    .refine((value) => !/\p{Cc}/u.test(value), { error: 'holds a control character: write it without' })
    .meta({ description: about, minLength: 1, ...(examples.length > 0 && { examples: [...examples] }) });
}

/** The name of a database as PostgreSQL keeps it: anything but the zero byte, a line break or a blank included. */
export function databaseName(about: string) {
  return z
    .string()
    .refine((name) => name !== '', { error: 'is empty: give a value, or delete the key' })
    .refine((name) => !name.includes('\0'), { error: 'holds a zero byte: PostgreSQL has no such name' })
    .refine((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES, {
      error: `is longer than the ${MAX_NAME_BYTES} bytes PostgreSQL keeps of a name: write the name as \`\\l\` in psql shows it`,
    })
    .meta({ description: about, minLength: 1 });
}

/** A regular expression, compiled with the flag `u` and not anchored. */
export function pattern(about: string) {
  return text(about, ['^tmp_', '_test$'])
    .max(MAX_PATTERN_LENGTH, {
      error: `is longer than ${MAX_PATTERN_LENGTH} characters: split it into several`,
    })
    .transform((source, context) => {
      try {
        return new RegExp(source, 'u');
      } catch {
        // The engine's own message repeats the source.
        context.addIssue({
          code: 'custom',
          message:
            'is no regular expression (JavaScript syntax with the flag `u`): check brackets and backslashes, and write `.*` for any text',
        });
        return z.NEVER;
      }
    });
}

/** An absolute path. */
export function absolutePath(about: string, examples: readonly string[] = []) {
  return text(about, examples).regex(/^\//, { error: 'must be an absolute path: begin it with /' });
}

/** A whole number, 1 or more. */
export function count(byDefault: number, about: string) {
  return z.number().int().min(1).max(1_000_000).describe(about).default(byDefault);
}
