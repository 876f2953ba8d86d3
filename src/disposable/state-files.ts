import { type StateFiles, StateFilesError } from '../remember/files.ts';
import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';
import { createPlace } from './place.ts';

/** The files of a state directory, touched by a disposable process only. */
export function stateFiles(disposable: Disposable, directory: string, deadlineMs = 5_000): StateFiles {
  const place = createPlace(disposable, deadlineMs);

  async function call<T>(op: string, args: object): Promise<T> {
    try {
      return await place<T>(op, { directory, ...args });
    } catch (error) {
      throw error instanceof DisposableError ? stateFilesError(error) : error;
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

function stateFilesError({ reason, code, message }: DisposableError): StateFilesError {
  switch (reason) {
    case 'deadline':
    case 'stuck':
      return new StateFilesError('STUCK', message);
    case 'exhausted':
      return new StateFilesError('EXHAUSTED', message);
    case 'failed':
      return new StateFilesError(code ?? 'FAILED', message);
  }
}
