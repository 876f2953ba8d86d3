import type { Server } from 'node:http';
import { type TLSSocket, Server as TlsServer } from 'node:tls';
import type { Door } from './access/door.ts';
import { isWelcome, secureContextOf } from './access/tls-server.ts';
import { createWebApp } from './application.ts';
import { toListenError } from './listen.ts';
import type { ListenAddress, WebOptions } from './options.ts';
import { limitSockets } from './sockets.ts';

/** One listening socket and what is behind it. */
export interface Listener {
  start(address: ListenAddress): Promise<ListenAddress>;
  /** Takes the certificate and the like that are in force now, without a gap. */
  renew(): void;
  stop(): Promise<void>;
}

/** 128 leaves room for a hundred scrapes at once; 64 is what may stay open for long. */
const SOCKET_LIMITS = { soft: 64, hard: 128, idleMs: 250 };
/** Answers under way when `stop` is called may still be read for so long. */
const STOP_GRACE_MS = 300;

/** Speaks TLS, or does not, by what is in force when it is made. */
export function createListener(options: WebOptions, door: Door): Listener {
  const app = createWebApp(options, door);
  const server: Server = app.server;
  const sockets = limitSockets(server, SOCKET_LIMITS, options.clock);
  // Before the one of Node.js, which begins to read requests.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const { tls } = door.access();
    if (tls === undefined || isWelcome(socket, tls)) return;
    options.log.debug(
      { client: socket.remoteAddress },
      'A client without a certificate that is welcome was sent away.',
    );
    socket.destroy();
  });

  return {
    async start({ host, port }) {
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw toListenError(error, { host, port });
      }
      const bound = server.address();
      return { host, port: typeof bound === 'object' && bound !== null ? bound.port : port };
    },
    renew() {
      const { tls } = door.access();
      if (tls === undefined || !(server instanceof TlsServer)) return;
      server.setSecureContext(secureContextOf(tls));
      // Who has shaken hands under other rules does so again before it asks again.
      (server as Server & TlsServer).closeIdleConnections();
    },
    async stop() {
      const timer = setTimeout(() => sockets.destroyAll(), STOP_GRACE_MS);
      await app.close();
      clearTimeout(timer);
    },
  };
}
