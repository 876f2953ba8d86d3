import { type LookupFunction, Socket, type SocketConnectOpts } from 'node:net';

export interface SocketOptions {
  readonly lookup: LookupFunction;
  /** Within this the connection has to stand. */
  readonly timeoutMs: number;
}

/** A peer that vanished without a word is noticed after this and ten probes of a second. */
const KEEPALIVE_MS = 10_000;

/**
 * An unconnected socket whose `connect(port, host)` and `connect(path)` use our lookup. Of a name with several
 * addresses each is tried for a third of `timeoutMs`: Node's own 250 ms make a slow link look dead (nodejs/node issue
 * 54359), and after one that is dead there has to be time for the next.
 */
export function createSocket({ lookup, timeoutMs }: SocketOptions): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (options: SocketConnectOpts) => Socket;
  const override = (portOrPath: number | string, host?: string): Socket =>
    connect(
      typeof portOrPath === 'string'
        ? { path: portOrPath }
        : {
            port: portOrPath,
            ...(host === undefined ? {} : { host }),
            lookup,
            autoSelectFamily: true,
            autoSelectFamilyAttemptTimeout: Math.round(timeoutMs / 3),
            keepAlive: true,
            keepAliveInitialDelay: KEEPALIVE_MS,
          },
    );
  socket.connect = override as Socket['connect'];
  return socket;
}
