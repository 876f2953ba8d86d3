import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { diskCalls } from '../../disposable/disk-calls.ts';
import type { Disposable } from '../../disposable/parent.ts';
import { stateFiles } from '../../disposable/state-files.ts';
import { misplacement } from '../../guard/ensure/place.ts';
import { createRecordFile, type RecordFile } from '../../guard/ensure/record-file.ts';
import type { StateFiles } from '../../remember/files.ts';
import type { Io } from '../io.ts';

/** A record of `ensure`, and the directory it is in. */
export interface PlacedRecord {
  readonly files: StateFiles;
  /** Why it would be lost there; `undefined`: it would not. */
  readonly place: () => Promise<string | undefined>;
  readonly record: RecordFile;
}

const DISK_MS = 5_000;

/** Takes the path as the user wrote it. Nothing is touched yet. */
export function recordAt(
  { workingDirectory }: Pick<Io, 'workingDirectory'>,
  path: string,
  disposable: Disposable,
): PlacedRecord {
  const file = resolve(workingDirectory, path);
  const directory = dirname(file);
  const files = stateFiles(disposable, directory);
  const disk = diskCalls(disposable);
  const place = (): Promise<string | undefined> =>
    misplacement(directory, {
      realpath: (of) => disk.realpath(of, DISK_MS),
      readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
      holds: async (at, name) => (await stateFiles(disposable, at).read(name, 1)) !== undefined,
    });
  return { files, place, record: createRecordFile({ files, name: basename(file), place }) };
}
