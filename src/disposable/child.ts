/**
 * Main of the disposable process: one request, one answer. Implementations are loaded when first asked for,
 * so that a child that only measures filesystems stays small.
 */
import type { Reply, Request } from './protocol.ts';
import { stayWithParent } from './stay-with-parent.ts';

interface Operation {
  readonly run: (args: never) => unknown;
  readonly last?: boolean;
}

const disk = () => import('../observe/disk/statfs.ts');
const state = () => import('../remember/state-directory.ts');
const backups = () => import('../observe/backups/tree.ts');

const OPERATIONS: Readonly<Record<string, Operation>> = {
  statfs: { run: async (args: { path: string }) => (await disk()).statfs(args.path) },
  realpath: { run: async (args: { path: string }) => (await disk()).realpath(args.path) },
  // systeminformation takes more memory than everything else here: the process goes when it has answered.
  host: { run: async () => (await import('../observe/disk/host.ts')).readHost(), last: true },
  plainHost: { run: async () => (await import('../observe/disk/plain-host.ts')).readPlainHost(), last: true },
  read: {
    run: async (args: { directory: string; name: string; tailBytes: number | undefined }) =>
      (await state()).readStateFile(args.directory, args.name, args.tailBytes),
  },
  writeDurably: {
    run: async (args: { directory: string; name: string; bytes: Uint8Array; previous: string }) =>
      (await state()).writeDurably(args.directory, args.name, args.bytes, args.previous),
  },
  append: {
    run: async (args: {
      directory: string;
      name: string;
      text: string;
      rotation: { maxBytes: number; keep: number };
    }) => (await state()).appendDurably(args.directory, args.name, args.text, args.rotation),
  },
  setAside: {
    run: async (args: { directory: string; name: string; as: string }) =>
      (await state()).setAside(args.directory, args.name, args.as),
  },
  tree: {
    run: async (args: { directory: string; depth: number }) =>
      (await backups()).readTree(args.directory, args.depth),
  },
  beginning: {
    run: async (args: { path: string; maxBytes: number }) =>
      (await backups()).readBeginning(args.path, args.maxBytes),
  },
};

async function answer(request: Request): Promise<Reply> {
  const operation = OPERATIONS[request.op];
  if (operation === undefined) {
    return { type: 'error', message: `unknown operation ${request.op}`, code: undefined };
  }
  try {
    const value = await operation.run(request.args as never);
    return { type: 'result', value, last: operation.last ?? false };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { type: 'error', message: String(message), code: typeof code === 'string' ? code : undefined };
  }
}

stayWithParent();
process.on('message', (request) => {
  void answer(request as Request).then((reply) => {
    // A parent that is gone is noticed by `disconnect`.
    if (process.connected) process.send?.(reply, undefined, undefined, () => {});
  });
});
process.send?.({ type: 'ready' } satisfies Reply);
