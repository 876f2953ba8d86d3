import type { Readable } from 'node:stream';
import { createLineSplitter } from './ndjson.ts';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 15_000;
/** Lines that wait for their turn; beyond, the stream is dropped, for the engine waits for a slow reader. */
const MAX_WAITING_LINES = 10_000;
/** How long after the headers the replay has surely arrived: the engine writes it at once. */
const REPLAY_MS = 500;

/** A subscription that ends only when it is stopped, and may be started again. */
export interface Subscription {
  start(): void;
  /** Drops the stream, if any, and opens it again at once. */
  renew(): void;
  stop(): void;
}

/**
 * Takes how to open the stream and what to do with its lines. Every end of the stream (`end`, `close`, `aborted`,
 * `error`: an engine that dies sends no `end`) leads to one reconnect, after a jittered 0.25 to 15 s.
 */
export function createSubscription(options: {
  readonly connect: (signal: AbortSignal) => Promise<Readable>;
  readonly opened: () => void;
  readonly replayed: () => void;
  readonly lines: (lines: readonly string[]) => void;
  /** Lines were thrown away unread. */
  readonly overflowed: () => void;
  readonly ended: (error: unknown) => void;
  /** A number from 0 to 1. */
  readonly random: () => number;
}): Subscription {
  let attempt: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let stopped = true;

  function open(): void {
    clearTimeout(timer);
    const controller = new AbortController();
    attempt = controller;
    options.connect(controller.signal).then(
      (stream) => {
        if (attempt === controller) follow(stream, controller);
        else discard(stream);
      },
      (error: unknown) => over(controller, error),
    );
  }

  function follow(stream: Readable, controller: AbortController): void {
    const splitter = createLineSplitter();
    let waiting: string[] = [];
    let overlong = 0;
    const finish = (error?: unknown): void => over(controller, error);
    for (const sign of ['end', 'close', 'aborted', 'error']) stream.on(sign, finish);
    options.opened();
    timer = setTimeout(() => {
      failures = 0;
      // Where we were busy until now, what has arrived is read and drained first: a turn of the loop each.
      setImmediate(() =>
        setImmediate(() => {
          if (attempt === controller) options.replayed();
        }),
      );
    }, REPLAY_MS);

    function drain(): void {
      const batch = waiting;
      waiting = [];
      if (attempt === controller) options.lines(batch);
    }
    // Nothing but splitting here: whatever takes time in this handler makes every container on the host wait.
    stream.on('data', (chunk: Buffer) => {
      if (attempt !== controller) return;
      const lines = splitter.push(chunk);
      if (waiting.length + lines.length > MAX_WAITING_LINES || splitter.overlong() > overlong) {
        overlong = splitter.overlong();
        options.overflowed();
        if (waiting.length + lines.length > MAX_WAITING_LINES) {
          waiting = [];
          finish();
          return;
        }
      }
      if (lines.length === 0) return;
      if (waiting.length === 0) setImmediate(drain);
      waiting.push(...lines);
    });
  }

  function over(controller: AbortController, error: unknown): void {
    if (attempt !== controller) return;
    clear();
    if (stopped) return;
    const ceilingMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
    failures += 1;
    timer = setTimeout(open, Math.max(FIRST_BACKOFF_MS, ceilingMs * (0.5 + options.random() / 2)));
    options.ended(error);
  }

  function clear(): void {
    clearTimeout(timer);
    const controller = attempt;
    attempt = undefined;
    controller?.abort();
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      failures = 0;
      open();
    },
    renew() {
      if (stopped) return;
      clear();
      failures = 0;
      open();
    },
    stop() {
      stopped = true;
      clear();
    },
  };
}

/** Drops a stream that nobody waits for any more; its late errors concern nobody. */
function discard(stream: Readable): void {
  stream.on('error', () => undefined);
  stream.destroy();
}
