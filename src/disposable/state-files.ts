import { type StateFiles, StateFilesError } from '../remember/files.ts';
import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';

/**
 * The files of a state directory, touched by a disposable process only. While one access is stuck in the
 * kernel every other one fails at once with `STUCK`, so that one sick disk holds at most one helper.
 */
export function stateFiles(disposable: Disposable, directory: string, deadlineMs = 5_000): StateFiles {
  let stuck = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, so that a call that waited learns that the one before it got stuck. */
  function call<T>(op: string, args: object): Promise<T> {
    const turn = last.then(() => attempt<T>(op, args));
    last = turn.catch(() => {});
    return turn;
  }

  async function attempt<T>(op: string, args: object): Promise<T> {
    if (stuck) throw new StateFilesError('STUCK', 'an earlier access has not come back yet');
    try {
      return await disposable.call<T>(op, { directory, ...args }, deadlineMs);
    } catch (error) {
      if (!(error instanceof DisposableError)) throw error;
      if (error.reason === 'deadline') {
        stuck = true;
        void error.released?.then(() => {
          stuck = false;
        });
        throw new StateFilesError('STUCK', error.message);
      }
      if (error.reason === 'exhausted') throw new StateFilesError('EXHAUSTED', error.message);
      throw new StateFilesError(error.code ?? 'FAILED', error.message);
    }
  }

  return {
    directory,
    read: (name, tailBytes) => call('read', { name, tailBytes }),
    writeDurably: (name, bytes, previous) => call('writeDurably', { name, bytes, previous }),
    append: (name, text, rotation) => call('append', { name, text, rotation }),
    setAside: (name, as) => call('setAside', { name, as }),
  };
}
