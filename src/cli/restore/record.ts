import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentUser } from '../../control.ts';
import { diskCalls } from '../../disposable/disk-calls.ts';
import { createDisposable } from '../../disposable/parent.ts';
import { stateFiles } from '../../disposable/state-files.ts';
import { accept } from '../../guard/act.ts';
import { misplacement } from '../../guard/place.ts';
import { createRecordFile } from '../../guard/record-file.ts';
import type { Restored } from '../../guard/restore/restore.ts';
import { createLog } from '../../log.ts';
import { openBook } from '../guard/book.ts';
import type { Io } from '../io.ts';

const DISK_MS = 5_000;

/**
 * Writes into the record of `ensure` that what was restored is the right database from now on, and into the journal
 * beside it that somebody said so. Throws a `FailedError`.
 */
export async function acceptRestored(
  io: Io,
  path: string,
  { restored, reason }: { readonly restored: Restored; readonly reason: string },
): Promise<void> {
  const file = resolve(io.workingDirectory, path);
  const directory = dirname(file);
  const { clock } = io;
  const log = createLog({ level: 'warn', format: 'text', colors: false, secrets: () => [], write: io.err });
  const modulePath = fileURLToPath(new URL('../../disposable/child.js', import.meta.url));
  const disposable = createDisposable({ modulePath, maxAbandoned: 2, clock, log });
  const files = stateFiles(disposable, directory);
  const disk = diskCalls(disposable);
  const place = (): Promise<string | undefined> =>
    misplacement(directory, {
      realpath: (of) => disk.realpath(of, DISK_MS),
      readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
      holds: async (at, name) => (await stateFiles(disposable, at).read(name, 1)) !== undefined,
    });
  const record = createRecordFile({ files, name: basename(file), place });
  const book = openBook(io, { files, usable: async () => (await place()) === undefined, log });
  const { datname, systemIdentifier, oid, tables, nonEmptyTables } = restored;
  try {
    await accept(
      { datname, owner: undefined, record, clock, tell: book.tell, warn: (text) => io.err(`${text}\n`) },
      { by: currentUser(), reason },
      {
        systemIdentifier,
        database: { state: 'present', oid, tables: { tables, nonEmptyTables } },
        loaded: await record.load(),
      },
    );
    await book.write();
  } finally {
    disposable.stop();
  }
}
