/** The files of one state directory. Each call settles within a deadline of its own, whatever the disk does. */
export interface StateFiles {
  /** Its path, for messages. */
  readonly directory: string;
  /** The bytes of a file, or its last `tailBytes`; `undefined` when there is no such file. */
  read(name: string, tailBytes?: number): Promise<Uint8Array | undefined>;
  /** Replaces a file: after a crash at any moment the old or the new one is there. The old is kept as `previous`. */
  writeDurably(name: string, bytes: Uint8Array, previous: string): Promise<void>;
  /** Adds text at the end, all of it or nothing, and waits for the disk. */
  append(name: string, text: string, rotation: Rotation): Promise<void>;
  /** Gives a file another name; `false`: there is none, and nothing happened. */
  setAside(name: string, as: string): Promise<boolean>;
}

/** When a file grows beyond `maxBytes` it becomes `<stem>.1.<extension>`, and so on up to `keep` old ones. */
export interface Rotation {
  readonly maxBytes: number;
  readonly keep: number;
}

/** A file of the state directory could not be read or written. */
export class StateFilesError extends Error {
  override readonly name = 'StateFilesError';
  /** Errno name; or `STUCK` (no answer in time), `EXHAUSTED` (too many stuck helpers), `FAILED`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Codes that say nothing about what a file holds: it may be all right, and be readable again later. */
const SILENT = new Set([
  'STUCK',
  'EXHAUSTED',
  'FAILED',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOTCONN',
]);

/** True when a file could not be read for a reason that is not in the file. */
export function isSilence(error: unknown): boolean {
  return error instanceof StateFilesError && SILENT.has(error.code);
}
