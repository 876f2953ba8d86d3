import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';

/**
 * Calls on one place of a disk, by a disposable process only. They wait for each other; while one is stuck in the kernel
 * every other one fails at once with `stuck`, so that one sick disk holds at most one helper.
 */
export function createPlace(
  disposable: Disposable,
  deadlineMs: number,
): <T>(op: string, args: object) => Promise<T> {
  let stuck = false;
  let last: Promise<unknown> = Promise.resolve();

  async function attempt<T>(op: string, args: object): Promise<T> {
    if (stuck) throw new DisposableError('stuck', 'an earlier access has not come back yet');
    try {
      return await disposable.call<T>(op, args, deadlineMs);
    } catch (error) {
      if (error instanceof DisposableError && error.reason === 'deadline') {
        stuck = true;
        void error.released?.then(() => {
          stuck = false;
        });
      }
      throw error;
    }
  }

  // A call that waited learns in its turn that the one before it got stuck.
  return <T>(op: string, args: object) => {
    const turn = last.then(() => attempt<T>(op, args));
    last = turn.catch(() => {});
    return turn;
  };
}
