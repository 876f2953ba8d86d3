import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { WebAccess, WebTls } from '../../model/web-access.ts';
import { createDoor } from './access/door.ts';
import { createHasher } from './access/hasher.ts';
import { clientRules } from './access/tls-server.ts';
import { createListener } from './listener.ts';
import type { ListenAddress, WebOptions } from './options.ts';

/** The HTTP server of pgvigil. */
export interface Web {
  /** Resolves with the address once requests are answered; rejects with a `ListenError`. */
  start(): Promise<ListenAddress>;
  /** Lets in by other rules from now on; what the listening socket itself must change, it changes by itself. */
  apply(access: WebAccess): Promise<void>;
  /** Stops answering; resolves within a second whatever the clients do. */
  stop(): Promise<void>;
}

/** A port that was just let go is free within this time. */
const REOPEN_MS = 2000;

/** Makes the web server; it listens once started. */
export function createWeb(options: WebOptions): Web {
  const hasher = createHasher({ modulePath: options.hashWorkerPath });
  const door = createDoor(options.access, hasher, options.clock);
  let listener = createListener(options, door);
  let starting: Promise<ListenAddress> | undefined;
  let isOpen = false;
  let isStopped = false;

  /** Whether TLS is spoken at all, and what it asks of clients, is settled when a socket begins to listen. */
  async function reopen(address: ListenAddress): Promise<void> {
    isOpen = false;
    void listener.stop();
    const deadlineMs = options.clock.monotonic() + REOPEN_MS;
    while (!isStopped) {
      listener = createListener(options, door);
      try {
        await listener.start(address);
        isOpen = true;
        // Asked for while it began to listen.
        if (isStopped) await listener.stop();
        return;
      } catch (error) {
        if (options.clock.monotonic() > deadlineMs) throw error;
        await sleep(20);
      }
    }
  }

  return {
    async start() {
      starting = listener.start(options.listenAddress);
      const address = await starting;
      isOpen = true;
      return address;
    },
    async apply(access) {
      const { tls: before } = door.access();
      door.apply(access);
      if (starting === undefined) {
        listener = createListener(options, door);
        return;
      }
      const address = await starting;
      if (isOpen && isDeepStrictEqual(rulesOf(before), rulesOf(access.tls))) listener.renew();
      else await reopen(address);
    },
    async stop() {
      isStopped = true;
      hasher.stop();
      await listener.stop();
    },
  };
}

const rulesOf = (tls: WebTls | undefined) => tls && clientRules(tls);
