import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, EXIT, type Io } from './io.ts';
import type { Screen } from './screen.ts';
import { widthOf } from './width.ts';

/** What one look has to say, and what the command would have ended with. */
export interface Looked {
  readonly text: string;
  readonly exitCode: number;
}

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'];
const MAX_SECONDS = 3600;
const HOME = '\u001b[H';
const CLEAR = '\u001b[2J';
const TO_END_OF_LINE = '\u001b[K';
const TO_END_OF_SCREEN = '\u001b[J';

/** The value of `--watch [seconds]` in milliseconds; `undefined`: look once. */
export function parseWatch(given: string | boolean | undefined, usualSeconds: number): number | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return usualSeconds * 1000;
  const seconds = Number(given);
  if (!/^\d+$/.test(given) || seconds < 1 || seconds > MAX_SECONDS)
    throw new CommandError(
      `--watch: "${given}" is no whole number of seconds from 1 to ${MAX_SECONDS}`,
      EXIT.usage,
    );
  return seconds * 1000;
}

/**
 * Looks again and again, `everyMs` after each look, until a signal says to end or nobody reads any more; resolves with
 * what the last look would have ended with, or with `unseen` before the first. A terminal is drawn anew.
 */
export async function watchOn(
  io: Pick<Io, 'say' | 'screen' | 'onSignal'>,
  {
    everyMs,
    unseen,
    look,
  }: { readonly everyMs: number; readonly unseen: number; readonly look: () => Promise<Looked> },
): Promise<number> {
  const told = new AbortController();
  io.onSignal((signal) => {
    if (ENDING.includes(signal)) told.abort();
  });
  let exitCode = unseen;
  for (let isFirst = true; ; isFirst = false) {
    const looked = await unless(told.signal, look());
    if (looked === undefined) return exitCode;
    exitCode = looked.exitCode;
    if (!io.say(drawn(looked.text, io.screen(), isFirst))) return exitCode;
    await sleep(everyMs, undefined, { signal: told.signal }).catch(() => undefined);
    if (told.signal.aborted) return exitCode;
  }
}

/** What `task` gives, or `undefined` once the signal is aborted. */
function unless<T>(signal: AbortSignal, task: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** A screen full of it, drawn over the one before without a flicker; where there is none, one block after another. */
export function drawn(text: string, { isTerminal, columns, rows }: Screen, isFirst: boolean): string {
  if (!isTerminal) return isFirst ? text : `\n${text}`;
  const lines = text.trimEnd().split('\n');
  const shown = rows === undefined || columns === undefined ? lines : fitting(lines, columns, rows - 1);
  return `${HOME}${isFirst ? CLEAR : ''}${shown.map((line) => `${line}${TO_END_OF_LINE}\n`).join('')}${TO_END_OF_SCREEN}`;
}

/** As many lines as have room, and how many have not; a long one takes several rows. */
function fitting(lines: readonly string[], columns: number, rows: number): readonly string[] {
  const heights = lines.map((line) => Math.max(1, Math.ceil(widthOf(line) / columns)));
  const total = heights.reduce((sum, height) => sum + height, 0);
  if (total <= rows) return lines;
  let left = rows - 1;
  const kept = lines.filter((_, index) => {
    left -= heights[index] ?? 1;
    return left >= 0;
  });
  return [...kept, `… and ${lines.length - kept.length} more lines: make the window higher`];
}
