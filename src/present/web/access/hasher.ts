import { Worker } from 'node:worker_threads';
import type { HashQuestion } from './hash-worker.ts';

/** Compares passwords with bcrypt hashes, one after the other, away from the event loop. */
export interface Hasher {
  /** Rejects with a `BusyError` when too many wait, and when there was no answer in time. */
  compare(password: string, hash: string, client: string): Promise<boolean>;
  stop(): void;
}

/** No answer now: the client may ask again. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

export interface HasherOptions {
  /** `dist/present/web/access/hash-worker.js`. */
  readonly modulePath: string;
  /** The thread ends when nobody has asked for so long; it holds 10 MB. */
  readonly idleMs?: number;
  readonly deadlineMs?: number;
}

/** Of one client, so that one who guesses does not keep the others waiting. */
const MAX_WAITING_PER_CLIENT = 2;
const MAX_WAITING = 16;

interface Job {
  readonly question: HashQuestion;
  readonly client: string;
  readonly resolve: (same: boolean) => void;
  readonly reject: (error: BusyError) => void;
}

/**
 * A thread of its own: bcrypt takes the time of many scrapes, and on the event loop, or on the four threads that
 * DNS and files share, it would stop what watches the databases.
 */
export function createHasher({ modulePath, idleMs = 30_000, deadlineMs = 10_000 }: HasherOptions): Hasher {
  const waiting: Job[] = [];
  let worker: Worker | undefined;
  let running: Job | undefined;
  let timer: NodeJS.Timeout | undefined;

  function finish(settle: (job: Job) => void): void {
    clearTimeout(timer);
    const job = running;
    running = undefined;
    if (job) settle(job);
    next();
  }

  function discard(): void {
    const gone = worker;
    worker = undefined;
    void gone?.terminate();
  }

  function fail(started: Worker): void {
    if (worker !== started) return;
    discard();
    finish(({ reject }) => reject(new BusyError('the thread that compares passwords has ended')));
  }

  function start(): Worker {
    const started = new Worker(modulePath, { stdin: false, env: {} });
    started.unref();
    started.on('message', (same: boolean) => {
      if (worker === started) finish(({ resolve }) => resolve(same));
    });
    started.on('error', () => fail(started));
    started.on('exit', () => fail(started));
    return started;
  }

  function next(): void {
    if (running !== undefined) return;
    running = waiting.shift();
    if (running === undefined) {
      timer = setTimeout(discard, idleMs).unref();
      return;
    }
    worker ??= start();
    worker.postMessage(running.question);
    timer = setTimeout(() => {
      discard();
      finish(({ reject }) => reject(new BusyError('a password was not compared in time')));
    }, deadlineMs).unref();
  }

  return {
    compare(password, hash, client) {
      const own = waiting.filter((job) => job.client === client).length;
      if (waiting.length >= MAX_WAITING || own >= MAX_WAITING_PER_CLIENT)
        return Promise.reject(new BusyError('too many passwords wait to be compared'));
      return new Promise((resolve, reject) => {
        waiting.push({ question: { password, hash }, client, resolve, reject });
        if (running === undefined) clearTimeout(timer);
        next();
      });
    },
    stop() {
      discard();
      for (const { reject } of waiting.splice(0)) reject(new BusyError('pgvigil is stopping'));
      finish(({ reject }) => reject(new BusyError('pgvigil is stopping')));
      clearTimeout(timer);
    },
  };
}
