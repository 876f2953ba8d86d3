import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `look` every `everyMs` until it gives something other than `undefined`, and gives that. What `look`
 * throws counts as "not yet" and is told in the error after `ms`.
 */
export async function waitFor<T>(
  what: string,
  ms: number,
  look: () => Promise<T | undefined> | T | undefined,
  everyMs = 50,
): Promise<T> {
  const startedAt = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() - startedAt > ms) throw new Error(`${what}: not within ${ms} ms`, { cause: last });
    await sleep(everyMs);
  }
}
