import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Log } from '../model/log.ts';
import { type Helper, startHelper } from './helper.ts';
import type { NameAnswer, NameQuestion } from './protocol.ts';

/**
 * The addresses of host names, asked in a process of its own. A name server that is dead holds a thread until the C
 * library gives up, and no process ends while one of its threads is held (libuv/libuv#364): with six names and
 * glibc's own patience that was half a minute.
 */
export interface Names {
  /** As `dns.lookup`: what the system says, its hosts file and search list included. */
  readonly lookup: LookupFunction;
  /** Ends the process; what was not answered never is. */
  stop(): void;
}

type Callback = Parameters<LookupFunction>[2];

interface Pending {
  readonly hostname: string;
  readonly options: Parameters<LookupFunction>[1];
  readonly callback: Callback;
}

/** libuv lets half of the threads wait for names (libuv, threadpool.c). */
const THREADS = 16;
/** The longest that glibc tries: three name servers, twice, for 5 s (resolv.conf(5)). */
const DEADLINE_MS = 30_000;

/** The process is started with the first name; `environment` is what the C library's resolver reads. */
export function createNames(options: {
  /** `dist/disposable/names-child.js`. */
  readonly modulePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** From a question until some answer has to be there. */
  readonly deadlineMs?: number;
}): Names {
  const { modulePath, environment, log, deadlineMs = DEADLINE_MS } = options;
  const pending = new Map<number, Pending>();
  let helper: Helper<NameQuestion> | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let last = 0;
  let stopped = false;

  function start(): Helper<NameQuestion> {
    const started: Helper<NameQuestion> = startHelper<NameQuestion, NameAnswer>(
      modulePath,
      {
        message: (answer) => {
          if (helper === started) hear(answer);
        },
        gone: (detail) => {
          if (helper === started) askHere(detail);
        },
      },
      { threads: THREADS, environment },
    );
    return started;
  }

  function hear({ id, error, address, family }: NameAnswer): void {
    const asked = pending.get(id);
    pending.delete(id);
    awaitAnswer();
    asked?.callback(
      error === undefined ? null : Object.assign(new Error(error.message), error),
      address,
      family,
    );
  }

  /** Without the process the names are still needed. */
  function askHere(detail: string): void {
    log.warn({ detail }, 'the helper process for host names is gone');
    for (const { hostname, options, callback } of takeBack()) resolve(hostname, options, callback);
  }

  /** A process that is silent is asked no more, and neither is the name server from here: it would hold our own threads. */
  function giveUp(): void {
    log.warn({ afterMs: deadlineMs }, 'the helper process for host names is silent and was given up');
    helper?.kill();
    for (const { hostname, callback } of takeBack())
      callback(Object.assign(new Error(`getaddrinfo EAI_AGAIN ${hostname}`), { code: 'EAI_AGAIN' }), []);
  }

  /** What was asked of the process that is there no more. */
  function takeBack(): readonly Pending[] {
    helper = undefined;
    const all = [...pending.values()];
    pending.clear();
    awaitAnswer();
    return all;
  }

  /** As long as something is asked, an answer has to come. */
  function awaitAnswer(): void {
    clearTimeout(deadline);
    if (pending.size > 0) deadline = setTimeout(giveUp, deadlineMs).unref();
  }

  return {
    lookup(hostname, options, callback) {
      if (stopped) return;
      // Of the hosts file; a process for it alone would be waste.
      if (hostname === 'localhost') return resolve(hostname, options, callback);
      helper ??= start();
      last += 1;
      pending.set(last, { hostname, options, callback });
      if (pending.size === 1) awaitAnswer();
      const { family, hints, all } = options;
      helper.send({ id: last, hostname, options: { family, hints, all } });
    },
    stop() {
      stopped = true;
      clearTimeout(deadline);
      pending.clear();
      const lost = helper;
      helper = undefined;
      lost?.kill();
    },
  };
}
