import { createServer, type Socket } from 'node:net';
import { type Listening, listen } from './listen.ts';

/** What something on a port says to whoever speaks PostgreSQL to it. */
const SAYS = {
  /** Takes the connection, and then nothing. */
  silence: () => {},
  garbage: (socket) => socket.once('data', () => socket.write(Buffer.from('\0\x01\x02garbage'.repeat(20)))),
  http: (socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')),
  /** The beginning of a message of two gigabytes. */
  'endless message': (socket) => socket.once('data', () => socket.write(Buffer.from('527fffffff', 'hex'))),
  close: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
} satisfies Record<string, (socket: Socket) => unknown>;

export type Saying = keyof typeof SAYS;

/** Listens on this port of 127.0.0.1 and is no PostgreSQL. */
export const startImpostor = (saying: Saying, port?: number): Promise<Listening> =>
  listen(createServer(SAYS[saying]), port);
