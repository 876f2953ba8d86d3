import { write } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface ThreadData {
  /** One number, which the main thread counts up. */
  readonly beats: Int32Array;
  readonly everyMs: number;
  /** So many looks in a row may find the number unchanged. */
  readonly mostMissed: number;
}

const STANDARD_ERROR = 2;
/** Time for the last words; standard error may be what the main thread waits for. */
const LAST_WORDS_MS = 200;

const { beats, everyMs, mostMissed } = workerData as ThreadData;
let last = Atomics.load(beats, 0);
let missed = 0;

// Looks are counted, and not time: a process that was stopped, or whose machine slept, misses none.
const timer = setInterval(() => {
  const now = Atomics.load(beats, 0);
  missed = now === last ? missed + 1 : 0;
  last = now;
  if (missed < mostMissed) return;
  clearInterval(timer);
  const seconds = Math.round((missed * everyMs) / 1000);
  const words = `pgvigil: a bug, please report it: the event loop has stood still for ${seconds} s; pgvigil ends so that its supervisor starts it again\n`;
  write(STANDARD_ERROR, words, () => {});
  // The main thread cannot be asked to end, and must not be waited for.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS);
}, everyMs);
