import type { Clock } from '../../model/time.ts';
import { DiskCallError, type DiskCalls } from './calls.ts';

/** Where paths lead when symbolic links are followed: a data directory is often a link to another disk. */
export interface Links {
  /** The path itself as long as nothing else is known. */
  target(path: string): string;
  /**
   * Follows those that were not followed for a while; `usable` says of a path that its filesystem answers.
   * True when one leads elsewhere than before. Never rejects.
   */
  follow(paths: readonly string[], usable: (path: string) => boolean): Promise<boolean>;
}

/** Links are made by hand, once: a look per minute finds the new one soon enough. */
const AGAIN_MS = 60_000;

/** No link is known at first. */
export function createLinks(calls: DiskCalls, deadlineMs: number, clock: Clock): Links {
  let known: ReadonlyMap<string, { readonly target: string; readonly dueMs: number }> = new Map();
  const target = (path: string): string => known.get(path)?.target ?? path;

  async function follow(path: string): Promise<{ readonly target: string; readonly dueMs: number }> {
    try {
      return { target: await calls.realpath(path, deadlineMs), dueMs: clock.monotonic() + AGAIN_MS };
    } catch (error) {
      // Held by the kernel: another try would cost another helper.
      if (error instanceof DiskCallError && error.reason === 'stuck') {
        void error.released?.then(() => {
          const dueMs = clock.monotonic() + AGAIN_MS;
          if (known.has(path)) known = new Map(known).set(path, { target: target(path), dueMs });
        });
        return { target: target(path), dueMs: Number.POSITIVE_INFINITY };
      }
      return { target: target(path), dueMs: clock.monotonic() + AGAIN_MS };
    }
  }

  return {
    target,
    async follow(paths, usable) {
      let changed = false;
      known = new Map([...known].filter(([path]) => paths.includes(path)));
      for (const path of paths) {
        if (clock.monotonic() < (known.get(path)?.dueMs ?? 0) || !usable(path)) continue;
        const before = target(path);
        const found = await follow(path);
        known = new Map(known).set(path, found);
        changed ||= found.target !== before;
      }
      return changed;
    },
  };
}
