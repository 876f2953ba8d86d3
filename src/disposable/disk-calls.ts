import type { FilesystemUsage, HostFacts } from '../model/disk.ts';
import { DiskCallError, type DiskCalls, diskReasonOf } from '../observe/disk/calls.ts';
import { DisposableError } from './error.ts';
import type { Disposable } from './parent.ts';

/** The disk observer's calls, done by a disposable process. */
export function diskCalls(disposable: Disposable): DiskCalls {
  let plain = false;
  return {
    statfs: (path, deadlineMs) => translate(disposable.call<FilesystemUsage>('statfs', { path }, deadlineMs)),
    realpath: (path, deadlineMs) => translate(disposable.call<string>('realpath', { path }, deadlineMs)),
    async host(deadlineMs) {
      // systeminformation asks the resolver for our full name, which can take minutes without a name server:
      // when it was too slow once, the kernel alone is asked from then on.
      if (!plain) {
        try {
          return await disposable.call<HostFacts>('host', {}, deadlineMs);
        } catch (error) {
          if (error instanceof DisposableError && error.reason === 'exhausted') throw diskCallError(error);
          plain = true;
        }
      }
      return translate(disposable.call<HostFacts>('plainHost', {}, deadlineMs));
    },
  };
}

async function translate<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw error instanceof DisposableError ? diskCallError(error) : error;
  }
}

function diskCallError(error: DisposableError): DiskCallError {
  switch (error.reason) {
    case 'deadline':
      return new DiskCallError('stuck', error.message, error.released);
    case 'stuck':
      return new DiskCallError('stuck', error.message);
    case 'exhausted':
      return new DiskCallError('exhausted', error.message);
    case 'failed':
      return new DiskCallError(diskReasonOf(error.code), error.message);
  }
}
