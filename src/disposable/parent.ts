import type { Log } from '../model/log.ts';
import type { Clock } from '../model/time.ts';
import { DisposableError } from './error.ts';
import { type Helper, startHelper } from './helper.ts';
import type { Reply, Request } from './protocol.ts';

/**
 * Work that may hang for ever is done in a child process. A thread is no help: a system call stuck in the
 * kernel keeps the whole process, and the ports it listens on, from ending.
 */
export interface Disposable {
  /**
   * Runs `op` in the child; calls wait for each other. `deadlineMs` counts from the moment the child begins.
   * Rejects with a `DisposableError`.
   */
  call<T>(op: string, args: object, deadlineMs: number): Promise<T>;
  /** Ends the child and fails all calls; returns at once, whatever the child is doing. */
  stop(): void;
  /** Processes that were given up and are not gone yet. */
  abandoned(): number;
}

export interface DisposableOptions {
  /** `dist/disposable/child.js`. */
  readonly modulePath: string;
  /** Helpers that may be stuck at the same time; beyond it calls fail with `exhausted`. */
  readonly maxAbandoned: number;
  /** The child is let go after so much idleness; it is started again when needed. */
  readonly idleExitMs?: number;
  /** How long a child may take to start. */
  readonly startMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Job {
  readonly op: string;
  readonly args: object;
  readonly deadlineMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: DisposableError) => void;
}

/** Makes the parent's half; nothing is started before the first call. */
export function createDisposable(options: DisposableOptions): Disposable {
  const { modulePath, maxAbandoned, idleExitMs, startMs = 10_000, clock, log } = options;
  const queue: Job[] = [];
  const abandoned = new Set<Helper<Request>>();
  let helper: Helper<Request> | undefined;
  let ready = false;
  let running: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let stopped = false;

  function start(): Helper<Request> {
    ready = false;
    const started: Helper<Request> = startHelper<Request, Reply>(
      modulePath,
      {
        message: (reply) => {
          if (helper === started) hear(reply);
        },
        gone: (detail) => {
          if (helper !== started) return;
          helper = undefined;
          finish((job) => job.reject(new DisposableError('failed', `the helper process ${detail}`)));
        },
      },
      { threads: 1, environment: {} },
    );
    return started;
  }

  function hear(reply: Reply): void {
    if (reply.type === 'ready') {
      ready = true;
      if (running !== undefined) send(running);
    } else if (reply.type === 'result') {
      if (reply.last) release();
      finish((job) => job.resolve(reply.value));
    } else {
      finish((job) => job.reject(new DisposableError('failed', reply.message, { code: reply.code })));
    }
  }

  function send(job: Job): void {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp(job), job.deadlineMs);
    helper?.send({ op: job.op, args: job.args });
  }

  /** Kills the child without waiting for its end. */
  function abandon(): Helper<Request> | undefined {
    const lost = helper;
    helper = undefined;
    if (lost === undefined) return undefined;
    const lostAt = clock.monotonic();
    abandoned.add(lost);
    lost.kill();
    void lost.exited.then(() => {
      abandoned.delete(lost);
      log.debug({ pid: lost.pid, heldMs: Math.round(clock.monotonic() - lostAt) }, 'helper process is gone');
    });
    return lost;
  }

  function giveUp(job: Job): void {
    const lost = abandon();
    log.warn(
      { op: job.op, pid: lost?.pid, afterMs: job.deadlineMs },
      'helper process is stuck and was given up',
    );
    const message = `${job.op} did not finish within ${job.deadlineMs} ms`;
    const released = lost === undefined ? Promise.resolve() : lost.exited;
    finish(() => job.reject(new DisposableError('deadline', message, { released })));
  }

  function giveUpStart(job: Job): void {
    abandon();
    const message = `the helper process did not start within ${startMs} ms`;
    finish(() => job.reject(new DisposableError('failed', message)));
  }

  /** Lets an idle child go: it holds nothing, so the end can be short. */
  function release(): void {
    helper?.kill();
    helper = undefined;
  }

  function finish(settle: (job: Job) => void): void {
    clearTimeout(timer);
    const job = running;
    running = undefined;
    if (job !== undefined) settle(job);
    next();
  }

  function next(): void {
    clearTimeout(idleTimer);
    while (running === undefined) {
      const job = queue.shift();
      if (job === undefined) break;
      if (helper === undefined && abandoned.size >= maxAbandoned) {
        const message = `${abandoned.size} helper processes are stuck, no further one is started`;
        job.reject(new DisposableError('exhausted', message));
        continue;
      }
      running = job;
      if (helper === undefined) {
        timer = setTimeout(() => giveUpStart(job), startMs);
        helper = start();
      } else if (ready) send(job);
    }
    if (running === undefined && idleExitMs !== undefined)
      idleTimer = setTimeout(release, idleExitMs).unref();
  }

  return {
    call<T>(op: string, args: object, deadlineMs: number): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (stopped) return reject(new DisposableError('failed', 'the helper process was stopped'));
        queue.push({ op, args, deadlineMs, resolve: (value) => resolve(value as T), reject });
        next();
      });
    },
    stop() {
      stopped = true;
      for (const job of queue.splice(0)) {
        job.reject(new DisposableError('failed', 'the helper process was stopped'));
      }
      release();
      finish((job) => job.reject(new DisposableError('failed', 'the helper process was stopped')));
      clearTimeout(idleTimer);
    },
    abandoned: () => abandoned.size,
  };
}
