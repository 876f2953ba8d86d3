import type { QueryArrayConfig } from 'pg';
import type { RawClient } from './client.ts';
import { serverErrorOf } from './error-shape.ts';
import { ConnectFailure } from './failure.ts';

/** A row as text, column by column; `null` is SQL NULL. */
export type Row = readonly (string | null)[];

/** A statement; a name makes the server parse and plan it once per session. */
export interface Statement {
  readonly text: string;
  readonly name?: string;
  readonly values?: readonly (string | number)[];
}

/** An open connection. After one failure that ends it, it stays broken. */
export interface Session {
  /** `undefined` on a unix socket. */
  readonly remoteAddress: string | undefined;
  /**
   * Rows of each statement of the text. Rejects with a `ConnectFailure`, at the latest at the deadline: that of
   * all queries, or `deadlineMs`.
   */
  query(statement: Statement, deadlineMs?: number): Promise<readonly (readonly Row[])[]>;
  /** Why it ended; `undefined` while it lives. */
  broken(): ConnectFailure | undefined;
  /** Calls once when it ends without our doing. */
  onBroken(listener: (failure: ConnectFailure) => void): void;
  /** Says goodbye; resolves when the server has closed its end, or soon. */
  close(): Promise<void>;
}

/** SQLSTATEs that end a session wherever they come. */
const ENDINGS: readonly string[] = ['57P01', '57P02', '57P03', '57P04', '57P05', '25P03'];

/** Wraps a connected client. `release` takes the socket over when the session is over or silent. */
export function createSession(
  raw: RawClient,
  options: { readonly queryTimeoutMs: number; readonly release: (silent: boolean) => Promise<void> },
): Session {
  const { client, socket, wire } = raw;
  const remoteAddress = socket.remoteAddress;
  let failure: ConnectFailure | undefined;
  let listener: ((failure: ConnectFailure) => void) | undefined;
  let closing = false;
  /** Ends the queries that are under way. */
  const interrupts = new Set<(error: unknown) => void>();

  const end = (error: unknown, timedOut = false): ConnectFailure => {
    const first = failure === undefined;
    failure ??= new ConnectFailure(error, wire.context(timedOut));
    if (first && !closing) listener?.(failure);
    return failure;
  };
  wire.setPhase('querying');
  client.on('error', (error) => end(error));
  socket.once('close', () => end(closedError()));
  raw.broken.catch((error: unknown) => {
    end(error);
    for (const interrupt of interrupts) interrupt(error);
  });

  /**
   * Not `Promise.race` with `broken`: a promise that lives as long as the session would hold every answer as long
   * (nodejs/node#17469).
   */
  async function answerOf(statement: Statement, deadlineMs: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    let interrupt: (error: unknown) => void = () => {};
    const answer = new Promise((resolve, reject) => {
      interrupt = reject;
      timer = setTimeout(() => reject(DEADLINE), deadlineMs);
      client.query({ ...statement, rowMode: 'array' } as QueryArrayConfig).then(resolve, reject);
    });
    interrupts.add(interrupt);
    try {
      return await answer;
    } finally {
      interrupts.delete(interrupt);
      clearTimeout(timer);
    }
  }

  return {
    remoteAddress,
    async query(statement, deadlineMs = options.queryTimeoutMs) {
      if (failure) throw failure;
      try {
        const results = await answerOf(statement, deadlineMs);
        return (Array.isArray(results) ? results : [results]).map((result: { rows: Row[] }) => result.rows);
      } catch (error) {
        if (error === DEADLINE) {
          void options.release(true);
          throw end(error, true);
        }
        const code = serverErrorOf(error)?.code;
        if (code === undefined || ENDINGS.includes(code)) throw end(error);
        throw new ConnectFailure(error, wire.context(false));
      }
    },
    broken: () => failure,
    onBroken: (next) => {
      listener = next;
    },
    async close() {
      closing = true;
      await options.release(false);
    },
  };
}

/** An end without a word, in the shape of the reset that it is. */
export const closedError = (): Error => Object.assign(new Error('closed'), { code: 'ECONNRESET' });

const DEADLINE = new Error('deadline');
