import type { LookupFunction } from 'node:net';
import type { Clock } from '../../model/time.ts';
import { createRawClient, type RawClient } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { serverErrorOf } from './error-shape.ts';
import { ConnectFailure } from './failure.ts';
import { closedError, createSession, type Session } from './session.ts';
import type { Tally } from './tally.ts';

/** A handshake that hangs leaves a backend behind for as long as it hangs; more than these never exist. */
const MAX_UNANSWERED = 2;
/** How long a server may take to close its end after a goodbye or a fatal error. */
const GOODBYE_MS = 500;

/**
 * `server`: decides whether the server is up, or keeps the catalog. `other`: gives way to the first kind, so
 * that one locked database never makes the whole server look hung.
 */
export type Purpose = 'server' | 'other';

/** All connections to one server: opened, counted, and closed in the end. */
export interface Connections {
  /** Opens one; rejects with a `ConnectFailure` at the deadline. */
  open(database: string, purpose: Purpose): Promise<Session>;
  /** Closes everything; resolves within half a second. */
  stop(): Promise<void>;
}

/** `freed` is called when an unanswered connection got its answer or its end: a good moment to look again. */
export function createConnections(options: {
  readonly endpoint: Endpoint;
  readonly timeouts: { readonly connect: number; readonly query: number };
  readonly lookup: LookupFunction;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly freed: () => void;
}): Connections {
  const { endpoint, timeouts, lookup, tally, clock } = options;
  const open = new Set<RawClient>();
  const parked = new Set<RawClient>();
  const waiting = new Set<() => void>();
  let handshakes = 0;
  let stopped = false;

  /** Every handshake under way may turn out to be one that is never answered. */
  const isFull = (): boolean => parked.size + handshakes >= MAX_UNANSWERED;

  const nextEnd = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));

  function handshakeEnded(): void {
    handshakes -= 1;
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  /** Keeps the socket of a silent server, for a closed one could not tell when the backend is gone. */
  function park(raw: RawClient): void {
    if (raw.socket.destroyed || stopped) {
      raw.socket.destroy();
      return;
    }
    parked.add(raw);
    raw.connection.on('readyForQuery', () => raw.connection.end());
    raw.socket.once('close', () => {
      parked.delete(raw);
      if (!stopped) options.freed();
    });
  }

  /** Ends a client the polite way, and parks it when the server does not close its end. */
  async function release(raw: RawClient, silent: boolean): Promise<void> {
    if (parked.has(raw)) return;
    if (!silent && !raw.socket.destroyed) {
      raw.connection.end();
      await closed(raw, GOODBYE_MS);
    }
    park(raw);
  }

  async function connect(raw: RawClient): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let timedOut = false;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        timedOut = true;
        reject(new Error('deadline'));
      }, timeouts.connect);
    });
    const ended = new Promise<never>((_, reject) => {
      // After the library has told what it knows.
      raw.socket.once('close', () => setImmediate(() => reject(closedError())));
    });
    ended.catch(() => {});
    try {
      await Promise.race([raw.client.connect(), raw.broken, ended, deadline]);
    } catch (error) {
      const failure = new ConnectFailure(error, raw.wire.context(timedOut));
      if (serverErrorOf(error)) await closed(raw, GOODBYE_MS);
      if (timedOut && raw.wire.established() && raw.wire.answer() !== 'foreign') park(raw);
      else destroy(raw);
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async open(database, purpose) {
      // What is due would look hung if it were refused for the sake of a handshake that is about to succeed.
      while (purpose === 'server' && isFull() && parked.size < MAX_UNANSWERED) await nextEnd();
      const limit = purpose === 'server' ? MAX_UNANSWERED : 1;
      if (stopped || parked.size >= limit || isFull()) throw withheld();
      const raw = createRawClient(endpoint, {
        database,
        connectTimeoutMs: timeouts.connect,
        queryTimeoutMs: timeouts.query,
        lookup,
      });
      open.add(raw);
      raw.socket.once('close', () => open.delete(raw));
      const startedAt = clock.monotonic();
      handshakes += 1;
      try {
        await connect(raw);
      } finally {
        handshakeEnded();
        tally.attempted(database, clock.monotonic() - startedAt);
      }
      return createSession(raw, {
        queryTimeoutMs: timeouts.query,
        release: (silent) => release(raw, silent),
      });
    },
    async stop() {
      stopped = true;
      const all = [...open, ...parked];
      for (const raw of all) if (!parked.has(raw)) raw.connection.end();
      await Promise.race([Promise.all(all.map((raw) => closed(raw, GOODBYE_MS))), pause(GOODBYE_MS)]);
      for (const raw of all) destroy(raw);
    },
  };
}

function destroy(raw: RawClient): void {
  raw.connection.stream.destroy();
  raw.socket.destroy();
}

function closed(raw: RawClient, atMostMs: number): Promise<void> {
  if (raw.socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, atMostMs);
    raw.socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const withheld = (): ConnectFailure =>
  new ConnectFailure(undefined, {
    phase: 'startup',
    answer: 'none',
    timedOut: false,
    ended: false,
    tlsRefused: false,
    notice: undefined,
    withheld: true,
  });
