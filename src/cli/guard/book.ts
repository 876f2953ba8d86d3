import { operationText } from '../../guard/ensure/words.ts';
import type { Happening } from '../../model/journal.ts';
import type { Log } from '../../model/log.ts';
import type { StateFiles } from '../../remember/files.ts';
import { createJournal } from '../../remember/journal.ts';
import type { Io } from '../io.ts';
import { printable } from '../table.ts';

/** Every operation: at once on standard output, and in the journal beside the record. */
export interface Book {
  readonly tell: (happening: Omit<Happening, 'at'>) => void;
  /** Writes what was told into the journal; what cannot be written is said and changes nothing else. */
  readonly write: () => Promise<void>;
}

const WRITE_MS = 5_000;

/** `files`: of the directory of the record; `usable`: whether anything may be written there. */
export function openBook(
  io: Pick<Io, 'clock' | 'say'>,
  options: {
    readonly files: StateFiles | undefined;
    readonly usable: () => Promise<boolean>;
    readonly log: Log;
  },
): Book {
  const { files, usable, log } = options;
  const journal = files && createJournal({ files, clock: io.clock, log, keep: 1 });
  let pending: readonly Happening[] = [];
  return {
    tell(happening) {
      const at = io.clock.now();
      pending = [...pending, { at, ...happening }];
      io.say(`${new Date(at).toISOString()} pgvigil: ${printable(operationText(happening))}\n`);
    },
    async write() {
      // Writing would make the directory, and then it would look as if there never was a record.
      if (journal === undefined || pending.length === 0 || !(await usable())) return;
      journal.add(pending);
      pending = [];
      await journal.flush(WRITE_MS);
    },
  };
}
