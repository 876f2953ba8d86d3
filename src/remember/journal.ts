import type { Happening } from '../model/journal.ts';
import type { Log } from '../model/log.ts';
import type { Clock } from '../model/time.ts';
import { type StateFiles, StateFilesError } from './files.ts';
import { decodeHappening, encodeHappening } from './happening-codec.ts';
import { createWriter } from './writer.ts';

/** What happened, in order, on the disk and the latest of it in memory. */
export interface Journal {
  /** Reads the latest happenings of earlier runs; never rejects. */
  load(): Promise<void>;
  /** Returns at once, whatever the disk does. */
  add(happenings: readonly Happening[]): void;
  /** The latest `limit`, oldest first. */
  recent(limit: number): readonly Happening[];
  durable(): boolean;
  /** True when everything added is on the disk before `deadlineMs` have passed. */
  flush(deadlineMs: number): Promise<boolean>;
}

const FILE = 'journal.ndjson';
const OLDER = 'journal.1.ndjson';
const ROTATION = { maxBytes: 5 * 1024 * 1024, keep: 5 };
/** Enough for 500 happenings of 1 KiB. */
const TAIL_BYTES = 512 * 1024;
/** While the disk is away the oldest lines beyond it are given up, so that memory stays bounded. */
const MAX_PENDING = 10_000;

/** An object, for two happenings may read the same. */
interface Line {
  readonly text: string;
}

/** Makes a journal that keeps the latest `keep` happenings in memory. */
export function createJournal(options: {
  readonly files: StateFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly keep: number;
}): Journal {
  const { files, log, keep } = options;
  let recent: readonly Happening[] = [];
  let pending: readonly Line[] = [];
  let lost = 0;
  const writer = createWriter({ what: 'journal', directory: files.directory, write, log });

  async function write(): Promise<void> {
    const batch = pending;
    if (batch.length === 0) return;
    await files.append(FILE, batch.map((line) => line.text).join(''), ROTATION);
    // Lines may have been added, or given up, meanwhile.
    const done = new Set(batch);
    pending = pending.filter((line) => !done.has(line));
    if (lost > 0) log.warn({ lost }, 'happenings were lost while the journal could not be written');
    lost = 0;
  }

  async function tail(name: string): Promise<readonly Happening[]> {
    const bytes = await files.read(name, TAIL_BYTES);
    const lines = new TextDecoder().decode(bytes).split('\n');
    return lines.flatMap((line) => decodeHappening(line) ?? []);
  }

  return {
    async load() {
      try {
        let found = await tail(FILE);
        if (found.length < keep) found = [...(await tail(OLDER)), ...found];
        recent = [...found, ...recent].slice(-keep);
      } catch (error) {
        writer.setDurable(false);
        const detail = error instanceof StateFilesError ? error.message : String(error);
        log.error(
          { directory: files.directory, detail },
          'the journal cannot be read: its past is not shown',
        );
      }
    },
    add(happenings) {
      if (happenings.length === 0) return;
      recent = [...recent, ...happenings].slice(-keep);
      const all = [...pending, ...happenings.map((one) => ({ text: encodeHappening(one) }))];
      pending = all.slice(-MAX_PENDING);
      lost += all.length - pending.length;
      writer.request();
    },
    recent: (limit) => (limit > 0 ? recent.slice(-limit) : []),
    durable: writer.durable,
    flush: writer.flush,
  };
}
