import { type StateFiles, StateFilesError } from '../../src/remember/files.ts';

/** State files without a disk, which can be told to fail. */
export interface MemoryFiles extends StateFiles {
  readonly contents: Map<string, Uint8Array>;
  readonly writes: readonly string[];
  /** From now on every access fails with this code, until `undefined`. */
  fail(code: string | undefined): void;
  /** From now on no access settles, until `false`. */
  hang(hanging: boolean): void;
}

export function memoryFiles(contents = new Map<string, Uint8Array>()): MemoryFiles {
  let code: string | undefined;
  let hanging = false;
  const writes: string[] = [];

  async function access<T>(task: () => T): Promise<T> {
    if (hanging) await new Promise(() => {});
    if (code !== undefined) throw new StateFilesError(code, `made up: ${code}`);
    return task();
  }

  function move(from: string, to: string): boolean {
    const bytes = contents.get(from);
    if (bytes === undefined) return false;
    contents.set(to, bytes);
    return contents.delete(from);
  }

  return {
    directory: '/made/up',
    contents,
    writes,
    fail: (next) => {
      code = next;
    },
    hang: (next) => {
      hanging = next;
    },
    read: (name, tailBytes) =>
      access(() => (tailBytes === undefined ? contents.get(name) : contents.get(name)?.slice(-tailBytes))),
    writeDurably: (name, bytes, previous) =>
      access(() => {
        writes.push(name);
        move(name, previous);
        contents.set(name, bytes);
      }),
    append: (name, text) =>
      access(() => {
        writes.push(name);
        contents.set(name, Buffer.concat([contents.get(name) ?? new Uint8Array(), Buffer.from(text)]));
      }),
    setAside: (name, as) => access(() => move(name, as)),
  };
}
