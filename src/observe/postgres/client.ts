import type { EventEmitter } from 'node:events';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { NO_PASSWORD, UNREADABLE } from './classify.ts';
import { type Endpoint, tlsOptions } from './endpoint.ts';
import { createSocket } from './socket.ts';
import { type Wire, watchWire } from './wire.ts';

/** What pgvigil calls itself in pg_stat_activity. */
export const APPLICATION_NAME = 'pgvigil';
/** A watcher that waits for a lock is in the way of whoever waits behind it. */
const LOCK_TIMEOUT_MS = 500;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** The server gives up first, so that our own deadline is left for a server that does not answer. */
const SERVER_SHARE = 0.8;

/** A client of the library with everything around it that must not be forgotten. */
export interface RawClient {
  readonly client: pg.Client;
  readonly socket: Socket;
  readonly wire: Wire;
  /** The library's protocol layer: its events tell when the server is idle. */
  readonly connection: EventEmitter & { readonly stream: Duplex; end(): void };
  /** Rejects when what answers is not PostgreSQL, or its bytes cannot be parsed. */
  readonly broken: Promise<never>;
}

/** Makes a client that is not connected yet, with listeners on everything that can fail. */
export function createRawClient(
  endpoint: Endpoint,
  options: {
    readonly database: string;
    readonly connectTimeoutMs: number;
    readonly queryTimeoutMs: number;
    readonly lookup: LookupFunction;
  },
): RawClient {
  const { host, port, user, password, tls } = endpoint;
  const socket = createSocket({ lookup: options.lookup, timeoutMs: options.connectTimeoutMs });
  let breakNow: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakNow = reject;
  });
  broken.catch(() => {});
  const ssl = tlsOptions(host, tls);
  const wire = watchWire(socket, {
    host,
    tls: ssl !== false,
    foreign: () => breakNow(new Error('not PostgreSQL')),
  });
  const client = new pg.Client({
    host,
    port,
    user,
    database: options.database,
    // A function is asked only when the server wants a password, and keeps the library from looking into
    // PGPASSWORD and passfiles by itself: that is the business of the configuration.
    password: () => {
      if (password === undefined) throw Object.assign(new Error('no password'), { code: NO_PASSWORD });
      return password.reveal();
    },
    ssl,
    sslnegotiation: 'postgres',
    stream: () => socket,
    application_name: APPLICATION_NAME,
    statement_timeout: Math.max(1, Math.floor(options.queryTimeoutMs * SERVER_SHARE)),
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // Every value as the text the server sent: rows.ts gives it a type.
    types: { getTypeParser: () => (value: string) => value },
  } as pg.ClientConfig);
  client.on('error', () => {});
  client.on('notice', (notice) => wire.setNotice(notice.code));
  const { connection } = client as unknown as { connection: RawClient['connection'] };
  connection.once('sslconnect', () => {
    guardParser(connection.stream, breakNow);
    wire.secured(connection.stream);
  });
  // `connect` attaches the parser at once, so this runs before the first byte is read.
  socket.once('connect', () => {
    if (ssl === false) guardParser(socket, breakNow);
  });
  return { client, socket, wire, connection, broken };
}

/** The library's parser throws on bytes that are no messages; in a listener that would end the process. */
function guardParser(stream: Duplex, failed: (error: Error) => void): void {
  for (const listener of stream.listeners('data') as ((chunk: unknown) => void)[]) {
    stream.off('data', listener);
    stream.on('data', (chunk) => {
      try {
        listener.call(stream, chunk);
      } catch {
        stream.destroy();
        failed(Object.assign(new Error('unreadable bytes'), { code: UNREADABLE }));
      }
    });
  }
}
