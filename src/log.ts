import { createRequire } from 'node:module';
import { pino } from 'pino';
import type { prettyFactory } from 'pino-pretty';
import type { Happening, HappeningKind } from './model/journal.ts';
import type { Log } from './model/log.ts';
import type { Secret } from './model/secret.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Shorter secrets would tear holes into harmless words. */
const MIN_SCRUBBED_LENGTH = 4;

/**
 * A logger that writes lines to `write`, which gives `false` when one was lost; the next line says how many were.
 * Secrets cannot be printed anyway. Whatever still holds the text of a known one is scrubbed as the last step, for error
 * messages of libraries are not ours.
 */
export function createLog(options: {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly colors: boolean;
  readonly secrets: () => readonly Secret[];
  readonly write: (line: string) => boolean;
}): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: {
      error: (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : error),
    },
  };
  const readable =
    options.format === 'text'
      ? createReadable({ colorize: options.colors, translateTime: 'SYS:HH:MM:ss', singleLine: true })
      : undefined;
  let lost = 0;
  const write = (line: string): void => {
    const written = options.write(scrub(readable ? readable(line) : line, options.secrets()));
    if (!written) {
      lost += 1;
      return;
    }
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    log.warn({ lines }, 'lines of this log could not be written and are lost');
  };
  const log = pino(settings, { write });
  return log;
}

/** Lines for people. What makes them is read with the first one: most logs are JSON, and most commands log nothing. */
function createReadable(style: Parameters<typeof prettyFactory>[0]): (line: string) => string {
  let make: ReturnType<typeof prettyFactory> | undefined;
  return (line) => {
    if (make === undefined) {
      const pretty: { readonly prettyFactory: typeof prettyFactory } = createRequire(import.meta.url)(
        'pino-pretty',
      );
      make = pretty.prettyFactory(style);
    }
    return make(line);
  };
}

/** Replaces the text of every known secret, in its JSON spelling too, by `***`. */
export function scrub(line: string, secrets: readonly Secret[]): string {
  let clean = line;
  for (const secret of secrets) {
    const text = secret.reveal();
    if (text.length < MIN_SCRUBBED_LENGTH) continue;
    for (const spelling of new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]))
      clean = clean.replaceAll(spelling, '***');
  }
  return clean;
}

/** Losses are warnings, so that a quiet log still tells them. */
const LOSSES: readonly HappeningKind[] = [
  'server_down',
  'server_replaced',
  'database_missing',
  'database_unreadable',
  'database_replaced',
  'volume_missing',
];

/** Writes down something that happened. */
export function tellHappening(log: Log, { at: _, kind, ...facts }: Happening): void {
  if (LOSSES.includes(kind)) log.warn(facts, kind);
  else log.info(facts, kind);
}
