import { type LookupFunction, Socket, type SocketConnectOpts } from 'node:net';

/** Node's own 250 ms make a slow link look dead when a name has several addresses (nodejs/node issue 54359). */
const ATTEMPT_TIMEOUT_MS = 2000;
/** A peer that vanished without a word is noticed after this and ten probes of a second. */
const KEEPALIVE_MS = 10_000;

/** An unconnected socket whose `connect(port, host)` and `connect(path)` use our lookup and address timeouts. */
export function createSocket(lookup: LookupFunction): Socket {
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
            autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
            keepAlive: true,
            keepAliveInitialDelay: KEEPALIVE_MS,
          },
    );
  socket.connect = override as Socket['connect'];
  return socket;
}
