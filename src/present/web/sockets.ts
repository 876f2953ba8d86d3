import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../model/time.ts';

/** How many connections may be open. */
export interface SocketLimits {
  /** Above it, those that have asked for nothing for `idleMs` are closed, the oldest first. */
  readonly soft: number;
  /** Above it, the one that has waited for nothing for longest is closed at once; where all wait for an answer, the new one. */
  readonly hard: number;
  readonly idleMs: number;
}

/** The connections of a server, all of them. */
export interface Sockets {
  destroyAll(): void;
}

/**
 * Bounds the connections of a server so that idle ones cannot shut out a scrape: `maxConnections` of Node.js
 * refuses the newest, which is the scrape, and keeps the idle.
 */
export function limitSockets(server: Server, { soft, hard, idleMs }: SocketLimits, clock: Clock): Sockets {
  /** By the client's end: over TLS a request comes on another object than the connection. */
  const held = new Map<string, Held>();
  let timer: NodeJS.Timeout | undefined;

  function trim(): void {
    timer = undefined;
    const longAgo = clock.monotonic() - idleMs;
    for (const [end, { socket, idleSince }] of held) {
      if (held.size <= soft) return;
      if (idleSince === undefined || idleSince > longAgo) continue;
      held.delete(end);
      socket.destroy();
    }
    if (held.size > soft) timer = setTimeout(trim, idleMs).unref();
  }

  /** Closes the oldest one that waits for no answer; false when all do. */
  function makeRoom(): boolean {
    for (const [end, { socket, idleSince }] of held) {
      if (idleSince === undefined) continue;
      held.delete(end);
      socket.destroy();
      return true;
    }
    return false;
  }

  server.on('connection', (socket: Socket) => {
    const end = endOf(socket);
    if (held.size >= hard && !makeRoom()) {
      socket.destroy();
      return;
    }
    held.set(end, { socket, idleSince: clock.monotonic() });
    socket.once('close', () => {
      if (held.get(end)?.socket === socket) held.delete(end);
    });
    if (held.size > soft && timer === undefined) trim();
  });
  server.on('request', (request, response) => {
    const end = endOf(request.socket);
    const asking = held.get(end);
    if (asking === undefined) return;
    asking.idleSince = undefined;
    response.once('close', () => {
      if (held.get(end) !== asking) return;
      // Taken out and put back: the order of the map is the order of going.
      held.delete(end);
      if (asking.socket.destroyed) return;
      asking.idleSince = clock.monotonic();
      held.set(end, asking);
    });
  });

  return {
    destroyAll() {
      clearTimeout(timer);
      for (const { socket } of held.values()) socket.destroy();
    },
  };
}

interface Held {
  readonly socket: Socket;
  /** In monotonic milliseconds; `undefined` while it waits for an answer. */
  idleSince: number | undefined;
}

const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
