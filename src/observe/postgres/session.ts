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

  const end = (error: unknown, timedOut = false): ConnectFailure => {
    const first = failure === undefined;
    failure ??= new ConnectFailure(error, wire.context(timedOut));
    if (first && !closing) listener?.(failure);
    return failure;
  };
  wire.setPhase('querying');
  client.on('error', (error) => end(error));
  socket.once('close', () => end(closedError()));
  raw.broken.catch(end);

  return {
    remoteAddress,
    async query(statement, deadlineMs = options.queryTimeoutMs) {
      if (failure) throw failure;
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(DEADLINE), deadlineMs);
      });
      try {
        const config = { ...statement, rowMode: 'array' } as QueryArrayConfig;
        const results: unknown = await Promise.race([client.query(config), raw.broken, deadline]);
        return (Array.isArray(results) ? results : [results]).map((result: { rows: Row[] }) => result.rows);
      } catch (error) {
        if (error === DEADLINE) {
          void options.release(true);
          throw end(error, true);
        }
        const code = serverErrorOf(error)?.code;
        if (code === undefined || ENDINGS.includes(code)) throw end(error);
        throw new ConnectFailure(error, wire.context(false));
      } finally {
        clearTimeout(timer);
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
