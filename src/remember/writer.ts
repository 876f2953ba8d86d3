import type { Log } from '../model/log.ts';
import { adviceFor } from './advice.ts';
import { StateFilesError } from './files.ts';

/** Does one kind of write, never twice at once, again and again until it works. */
export interface Writer {
  /** Something is to be written; returns at once. */
  request(): void;
  /** The last write worked. */
  durable(): boolean;
  setDurable(durable: boolean): void;
  /** Tries now; true when everything requested is on the disk before `deadlineMs` have passed. */
  flush(deadlineMs: number): Promise<boolean>;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** `write` takes what there is to write at the moment it is called; `what` names it in the log. */
export function createWriter(options: {
  readonly what: string;
  readonly directory: string;
  readonly write: () => Promise<void>;
  readonly log: Log;
}): Writer {
  const { what, directory, write, log } = options;
  let wanted = false;
  let running: Promise<void> | undefined;
  let durable = true;
  let failures = 0;
  let complaint = '';
  let retry: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    clearTimeout(retry);
    retry = undefined;
    while (wanted) {
      wanted = false;
      try {
        await write();
        if (complaint !== '') log.info({ directory }, `the ${what} can be saved again`);
        durable = true;
        failures = 0;
        complaint = '';
      } catch (error) {
        wanted = true;
        fail(error);
        break;
      }
    }
    running = undefined;
  }

  function fail(error: unknown): void {
    durable = false;
    const advice = adviceFor(error, directory);
    if (advice !== complaint) {
      const code = error instanceof StateFilesError ? error.code : undefined;
      log.error({ code }, `the ${what} is kept in memory only: ${advice}`);
    }
    complaint = advice;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
    failures += 1;
    // A pending retry keeps nobody alive: `flush` is for those who leave.
    retry = setTimeout(begin, waitMs).unref();
  }

  function begin(): void {
    running ??= run();
  }

  return {
    request() {
      wanted = true;
      if (retry === undefined) begin();
    },
    durable: () => durable,
    setDurable: (value) => {
      durable = value;
    },
    async flush(deadlineMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadlineMs);
      });
      const tried = (async () => {
        await running;
        if (wanted) begin();
        await running;
      })();
      await Promise.race([tried, late]);
      clearTimeout(timer);
      return !wanted && running === undefined && durable;
    },
  };
}
