import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Listening, listen } from './listen.ts';

/** What a proxy does to bytes on their way; also on connections that are open already. */
export type Manner =
  | { readonly kind: 'pass' }
  /** Every byte is late by this, in both directions. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** What the server says arrives byte by byte. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** A connection ends when the server has said so much. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

/** A way to a TCP port of this machine, good or bad. */
export interface TcpProxy extends Listening {
  readonly become: (manner: Manner) => void;
}

/** Starts a proxy on a free port of 127.0.0.1 that lets everything pass. */
export async function startProxy(target: number): Promise<TcpProxy> {
  let manner: Manner = { kind: 'pass' };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) socket.setNoDelay(true).on('error', () => {});
    carry(client, upstream, async (bytes, arrivedAt) => {
      if (manner.kind === 'delay') await until(arrivedAt + manner.ms);
      upstream.write(bytes);
    });
    let said = 0;
    carry(upstream, client, async (bytes, arrivedAt) => {
      if (manner.kind === 'delay') await until(arrivedAt + manner.ms);
      for (let at = 0; at < bytes.length && !client.destroyed; ) {
        if (manner.kind === 'trickle') await sleep(manner.everyMs);
        const most = manner.kind === 'cut' ? manner.afterBytes - said : undefined;
        const part = bytes.subarray(at, manner.kind === 'trickle' ? at + 1 : undefined).subarray(0, most);
        client.write(part);
        said += part.length;
        at += part.length;
        if (manner.kind === 'cut' && said >= manner.afterBytes) client.destroySoon();
      }
    });
  });
  return {
    ...(await listen(server)),
    become: (next) => {
      manner = next;
    },
  };
}

/** Hands on what arrives, one after the other, and then the end. */
function carry(from: Socket, to: Socket, send: (bytes: Buffer, arrivedAt: number) => Promise<void>): void {
  let chain = Promise.resolve();
  from.on('data', (bytes: Buffer) => {
    const arrivedAt = performance.now();
    chain = chain.then(() => send(bytes, arrivedAt));
  });
  from.once('close', () => void chain.then(() => to.destroySoon()));
}

const until = (ms: number): Promise<void> => sleep(Math.max(0, ms - performance.now()));
