import { adviceFor } from '../../remember/advice.ts';
import { type StateFiles, StateFilesError } from '../../remember/files.ts';
import type { IdentityRecord } from './record.ts';
import { decodeRecord, encodeRecord, RecordError } from './record-codec.ts';

/** `none`: there is no file, and its directory can be read. */
export type LoadedRecord =
  | { readonly state: 'none' }
  | { readonly state: 'read'; readonly record: IdentityRecord }
  | { readonly state: 'unreadable'; readonly why: string };

/** A record on a disk, and what lies beside it. */
export interface RecordFile {
  /** Path, for messages. */
  readonly path: string;
  /** Never rejects. */
  load(): Promise<LoadedRecord>;
  /** Rejects with one sentence on why, and what to do. */
  save(record: IdentityRecord): Promise<void>;
  /** What a person wrote into the file of permission; `undefined`: there is none. */
  permission(): Promise<string | undefined>;
  /**
   * Takes the file of permission away before it is made use of; `false`: it is gone already, and permits nothing.
   * Rejects like `save`.
   */
  usePermission(stamp: string): Promise<boolean>;
}

/** A file of this name beside the record allows one creation. */
export const PERMISSION_FILE = 'allow-create';

const MAX_PERMISSION_BYTES = 200;

/** `place` says why a record must not be kept in this directory; `undefined`: it may. */
export function createRecordFile(options: {
  readonly files: StateFiles;
  readonly name: string;
  readonly place: () => Promise<string | undefined>;
}): RecordFile {
  const { files, name, place } = options;
  const previous = name.replace(/(\.json)?$/, '.previous.json');

  async function read(file: string): Promise<LoadedRecord> {
    const bytes = await files.read(file);
    if (bytes === undefined) return { state: 'none' };
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { state: 'read', record: decodeRecord(source) };
  }

  return {
    path: `${files.directory}/${name}`,
    async load() {
      try {
        const misplaced = await place();
        if (misplaced !== undefined) return { state: 'unreadable', why: misplaced };
        const current = await read(name);
        // A write that was cut off where there are no hard links leaves the one before only.
        return current.state === 'none' ? await read(previous) : current;
      } catch (error) {
        return { state: 'unreadable', why: reasonOf(error, files.directory) };
      }
    },
    async save(record) {
      try {
        await files.writeDurably(name, new TextEncoder().encode(encodeRecord(record)), previous);
      } catch (error) {
        throw new RecordError(reasonOf(error, files.directory));
      }
    },
    async permission() {
      try {
        const bytes = await files.read(PERMISSION_FILE, MAX_PERMISSION_BYTES);
        return bytes && new TextDecoder().decode(bytes).trim();
      } catch {
        return undefined; // What cannot be read allows nothing.
      }
    },
    async usePermission(stamp) {
      try {
        return await files.setAside(PERMISSION_FILE, `${PERMISSION_FILE}.used-${stamp}`);
      } catch (error) {
        throw new RecordError(reasonOf(error, files.directory));
      }
    },
  };
}

function reasonOf(error: unknown, directory: string): string {
  if (error instanceof StateFilesError) {
    return error.code === 'EISDIR'
      ? 'it is a directory: Docker makes one where a single file is mounted that is not there, so mount its directory'
      : adviceFor(error, directory);
  }
  if (error instanceof RecordError) return error.message;
  if (error instanceof TypeError) return 'it is not UTF-8';
  throw error;
}
