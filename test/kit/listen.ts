import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A TCP server that listens, and what to do about it. */
export interface Listening {
  readonly port: number;
  /** How many connections are open. */
  readonly open: () => number;
  /** Cuts all connections and listens no more. */
  readonly close: () => Promise<void>;
}

/** Listens on 127.0.0.1, on a free port unless one is named. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
