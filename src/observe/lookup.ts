import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

/**
 * Name resolution with at most one request under way for a name: a dead resolver holds threads of a pool that
 * all names share (libuv, threadpool.c), so an attempt that gives up must not start another.
 */
export function createLookup(ask: LookupFunction = resolve): LookupFunction {
  const waiting = new Map<string, Callback[]>();
  return (hostname, options, callback) => {
    const key = JSON.stringify([hostname, options.family, options.hints, options.all]);
    const others = waiting.get(key);
    if (others) {
      others.push(callback);
      return;
    }
    waiting.set(key, [callback]);
    ask(hostname, options, (...answer: Parameters<Callback>) => {
      const callbacks = waiting.get(key) ?? [];
      waiting.delete(key);
      for (const one of callbacks) one(...answer);
    });
  };
}
