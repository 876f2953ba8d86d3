import type { FilesystemUsage, HostFacts } from '../../model/disk.ts';
import type { DiskReason } from '../../model/reason.ts';

/** The calls of the disk observer that may hang; each settles within its deadline or soon after. */
export interface DiskCalls {
  /** Rejects with a `DiskCallError`. */
  statfs(path: string, deadlineMs: number): Promise<FilesystemUsage>;
  /** The path without symbolic links. Rejects with a `DiskCallError`. */
  realpath(path: string, deadlineMs: number): Promise<string>;
  /** Rejects with a `DiskCallError`. */
  host(deadlineMs: number): Promise<HostFacts>;
}

/** Why a call gave no result. */
export class DiskCallError extends Error {
  override readonly name = 'DiskCallError';
  readonly reason: DiskReason;
  /** Only with `stuck`: settles when the kernel has let go of the call. */
  readonly released: Promise<void> | undefined;

  constructor(reason: DiskReason, message: string, released?: Promise<void>) {
    super(message);
    this.reason = reason;
    this.released = released;
  }
}

const REASONS: ReadonlyMap<string, DiskReason> = new Map<string, DiskReason>([
  ['ENOTCONN', 'enotconn'], // the server of a FUSE filesystem has died
  ['ECONNABORTED', 'enotconn'], // its connection was aborted under our call
  ['ESHUTDOWN', 'enotconn'],
  ['EHOSTDOWN', 'enotconn'],
  ['EIO', 'eio'],
  ['EUCLEAN', 'eio'], // the filesystem found itself damaged
  ['ENOENT', 'absent'],
  ['ENOTDIR', 'absent'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
]);

/** The reason behind an errno name; `error` for one without a reason of its own. */
export function diskReasonOf(code: string | undefined): DiskReason {
  return REASONS.get(code ?? '') ?? 'error';
}
