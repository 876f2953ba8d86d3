import { fileURLToPath } from 'node:url';
import { currentUser } from '../../control.ts';
import { createDisposable } from '../../disposable/parent.ts';
import { accept } from '../../guard/ensure/act.ts';
import type { Restored } from '../../guard/restore/restore.ts';
import { createLog } from '../../log.ts';
import { openBook } from '../guard/book.ts';
import { recordAt } from '../guard/record-at.ts';
import type { Io } from '../io.ts';

/**
 * Writes into the record of `ensure` that what was restored is the right database from now on, and into the journal
 * beside it that somebody said so. Throws a `FailedError`.
 */
export async function acceptRestored(
  io: Io,
  path: string,
  { restored, reason }: { readonly restored: Restored; readonly reason: string },
): Promise<void> {
  const { clock } = io;
  const log = createLog({ level: 'warn', format: 'text', colors: false, secrets: () => [], write: io.err });
  const modulePath = fileURLToPath(new URL('../../disposable/child.js', import.meta.url));
  const disposable = createDisposable({ modulePath, maxAbandoned: 2, clock, log });
  const { files, place, record } = recordAt(io, path, disposable);
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
