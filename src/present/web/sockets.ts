import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../model/time.ts';

/** How many connections may be open. */
export interface SocketLimits {
  /** Above it, those that have asked for nothing for `idleMs` are closed, the oldest first. */
  readonly soft: number;
  /** Above it, a new connection is refused. */
  readonly hard: number;
  readonly idleMs: number;
}

/** The connections of a server, all of them. */
export interface Sockets {
  destroyAll(): void;
}

/**
 * Bounds the connections of a server so that idle ones cannot shut out a scrape: `maxConnections` by itself
 * refuses the newest, which is the scrape, and keeps the idle.
 */
export function limitSockets(server: Server, { soft, hard, idleMs }: SocketLimits, clock: Clock): Sockets {
  /** Since when each is idle, in monotonic milliseconds; `undefined` while it waits for an answer. */
  const idleSince = new Map<Socket, number | undefined>();
  let timer: NodeJS.Timeout | undefined;
  server.maxConnections = hard;

  function trim(): void {
    timer = undefined;
    const longAgo = clock.monotonic() - idleMs;
    for (const [socket, since] of idleSince) {
      if (idleSince.size <= soft) return;
      if (since === undefined || since > longAgo) continue;
      idleSince.delete(socket);
      socket.destroy();
    }
    if (idleSince.size > soft) timer = setTimeout(trim, idleMs).unref();
  }

  server.on('connection', (socket: Socket) => {
    idleSince.set(socket, clock.monotonic());
    socket.once('close', () => idleSince.delete(socket));
    if (idleSince.size > soft && timer === undefined) trim();
  });
  server.on('request', ({ socket }, response) => {
    idleSince.set(socket, undefined);
    response.once('close', () => {
      // Taken out and put back: the order of the map is the order of going.
      if (idleSince.delete(socket) && !socket.destroyed) idleSince.set(socket, clock.monotonic());
    });
  });

  return {
    destroyAll() {
      clearTimeout(timer);
      for (const socket of idleSince.keys()) socket.destroy();
    },
  };
}
