import type { Disposable } from './parent.ts';

/** No secret is longer; `/dev/zero` and logs are no secrets. */
const MAX_BYTES = 65_536;

/**
 * Reads the text of a file that a label names, by a disposable process: whoever may label a container may name a pipe,
 * or a disk that hangs. Rejects with an error that has an errno `code`.
 */
export function secretFile(disposable: Disposable, deadlineMs: number): (path: string) => Promise<string> {
  return async (path) => {
    const real = await disposable.call<string>('realpath', { path }, deadlineMs);
    const bytes = await disposable.call<Uint8Array | undefined>(
      'beginning',
      { path: real, maxBytes: MAX_BYTES },
      deadlineMs,
    );
    if (bytes === undefined) throw Object.assign(new Error('it is no plain file'), { code: 'EINVAL' });
    return new TextDecoder().decode(bytes);
  };
}
