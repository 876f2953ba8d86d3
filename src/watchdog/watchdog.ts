import { Worker } from 'node:worker_threads';
import type { Log } from '../model/log.ts';
import type { ThreadData } from './thread.ts';

export interface WatchdogOptions {
  /** Compiled module of the thread: `dist/watchdog/thread.js`. */
  readonly threadPath: string;
  /** The event loop may stand still for so long, in milliseconds. */
  readonly maxStallMs: number;
  /** Whether the work goes on that the process exists for. */
  readonly healthy: () => boolean;
  /** The work does not go on, although the event loop does. */
  readonly fatal: (error: Error) => void;
  readonly log: Log;
}

export interface Watchdog {
  start(): void;
  stop(): Promise<void>;
}

const LOOKS = 30;
/** A process that was stopped for a while is unhealthy when it wakes, and has to be given a turn of its loop. */
const MOST_UNHEALTHY = 3;
/** The thread holds a timer and a number; in megabytes. */
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, codeRangeSizeMb: 1, stackSizeMb: 1 };

/**
 * Ends a process that is alive and does nothing: a supervisor restarts what has ended, and never what hangs. A
 * thread of its own sends SIGKILL when the event loop stands still; `fatal` is told when the loop runs and the work
 * does not. A thread, for a timer cannot fire in a loop that stands still. It can do nothing where pgvigil is the first
 * process of a PID namespace, which the kernel lets nobody inside kill (pid_namespaces(7)): a container needs an init.
 */
export function createWatchdog({ threadPath, maxStallMs, healthy, fatal, log }: WatchdogOptions): Watchdog {
  const everyMs = maxStallMs / LOOKS;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let worker: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unhealthy = 0;

  function beat(): void {
    Atomics.add(beats, 0, 1);
    unhealthy = healthy() ? 0 : unhealthy + 1;
    if (unhealthy !== MOST_UNHEALTHY) return;
    fatal(new Error('no report was made for a long time, although the event loop runs'));
  }

  return {
    start() {
      const workerData: ThreadData = { beats, everyMs, mostMissed: LOOKS };
      worker = new Worker(threadPath, { workerData, resourceLimits: LIMITS, execArgv: [], env: {} });
      // A machine that has no thread to spare is watched all the same, without its watchdog.
      worker.on('error', (error) =>
        log.warn({ error: String(error) }, 'there is no watchdog: its thread cannot run'),
      );
      worker.unref();
      timer = setInterval(beat, everyMs).unref();
    },
    async stop() {
      clearInterval(timer);
      await worker?.terminate();
      worker = undefined;
    },
  };
}
