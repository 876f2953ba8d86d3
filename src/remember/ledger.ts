import { EMPTY_HISTORY, type History } from '../model/history.ts';
import type { Log } from '../model/log.ts';
import type { Clock, Instant } from '../model/time.ts';
import { adviceFor } from './advice.ts';
import { decodeHistory, encodeHistory, LedgerError } from './codec.ts';
import { isSilence, type StateFiles, StateFilesError } from './files.ts';
import { mergeHistories } from './merge.ts';
import { differInWeight } from './weight.ts';
import { createWriter } from './writer.ts';

export interface LoadedHistory {
  readonly history: History;
  /** A ledger was there that could not be used; it was put aside. */
  readonly corrupt: boolean;
  readonly source: 'current' | 'previous' | 'none';
}

/** The history on the disk. */
export interface Ledger {
  /** Never rejects, and takes `deadlineMs` at most: a silent disk gives an empty history. */
  load(deadlineMs?: number): Promise<LoadedHistory>;
  /**
   * Remembers the latest history for writing; returns at once, whatever the disk does. `noted`: something of it goes to
   * the journal, and would be noted twice by whoever began from an older history.
   */
  save(history: History, noted?: boolean): void;
  /** The last access to the disk worked. */
  durable(): boolean;
  /** True when the history saved last is on the disk before `deadlineMs` have passed. */
  flush(deadlineMs: number): Promise<boolean>;
}

const CURRENT = 'ledger.json';
const PREVIOUS = 'ledger.previous.json';
const SOURCES = [
  [CURRENT, 'current'],
  [PREVIOUS, 'previous'],
] as const;
const LOAD_DEADLINE_MS = 3_000;
/** Times of the last look alone are written this often: each write costs the disk an fsync, and us a process. */
const LIGHT_INTERVAL_MS = 300_000;

/**
 * Makes a ledger in a state directory. Where the disk was silent at the start nothing is written over what it
 * holds before that was read. Then `recovered` is given it, and is to take it into what is saved next; without
 * `recovered` it is merged into everything that is written.
 */
export function createLedger(options: {
  readonly files: StateFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly recovered?: (history: History) => void;
}): Ledger {
  const { files, clock, log, recovered } = options;
  let pending: History | undefined;
  let older: History | undefined;
  let written: History | undefined;
  let writtenAtMs = 0;
  let unread = false;
  let damaged: readonly string[] = [];
  const writer = createWriter({ what: 'ledger', directory: files.directory, write, log });

  async function look(name: string): Promise<History | undefined> {
    const bytes = await files.read(name);
    if (bytes === undefined) return undefined;
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new LedgerError('damaged', 'it is not UTF-8');
    }
    return decodeHistory(text);
  }

  /** The first of the two that can be used, and those that have to be put aside before anything is written. */
  async function read(): Promise<LoadedHistory & { readonly damaged: readonly string[] }> {
    const broken: string[] = [];
    for (const [name, source] of SOURCES) {
      try {
        const history = await look(name);
        if (history === undefined) continue;
        if (source === 'previous') {
          log.warn(
            { file: `${files.directory}/${name}` },
            'the previous ledger is used: the last changes are lost',
          );
        }
        return { history, corrupt: broken.length > 0, source, damaged: broken };
      } catch (error) {
        if (isSilence(error)) throw error;
        broken.push(name);
        const { message } = error as Error;
        log.error(
          { file: `${files.directory}/${name}` },
          `a ledger cannot be used and is put aside: ${message}`,
        );
      }
    }
    return { history: EMPTY_HISTORY, corrupt: broken.length > 0, source: 'none', damaged: broken };
  }

  async function putAside(): Promise<void> {
    for (const name of damaged) {
      const as = name.replace(/\.json$/, `.corrupt-${stamp(clock.now())}.json`);
      await files.setAside(name, as);
      log.warn({ file: `${files.directory}/${as}` }, 'a ledger was put aside for a person to look at');
      damaged = damaged.filter((other) => other !== name);
    }
  }

  async function write(): Promise<void> {
    if (unread) {
      const late = await read();
      unread = false;
      damaged = late.damaged;
      const before = pending;
      recovered?.(late.history);
      if (recovered === undefined) older = late.history;
      // Taken in with the next tick only: this write must not lose it either.
      else if (pending === before && before !== undefined) pending = mergeHistories(late.history, before);
    }
    await putAside();
    const history = pending;
    // The same once more would push the generation before out of `previous`.
    if (history === undefined || history === written) return;
    const whole = older === undefined ? history : mergeHistories(older, history);
    await files.writeDurably(CURRENT, new TextEncoder().encode(encodeHistory(whole)), PREVIOUS);
    written = history;
    writtenAtMs = clock.monotonic();
  }

  return {
    async load(deadlineMs = LOAD_DEADLINE_MS) {
      const silent: LoadedHistory = { history: EMPTY_HISTORY, corrupt: false, source: 'none' };
      try {
        const { damaged: broken, ...loaded } = await before(deadlineMs, read());
        damaged = broken;
        // Failing to put a file aside is told by the first write, which tries again.
        await before(deadlineMs, putAside()).catch(() => {});
        return loaded;
      } catch (error) {
        unread = true;
        writer.setDurable(false);
        const advice = adviceFor(error, files.directory);
        log.error({}, `the ledger cannot be read yet, starting without memory: ${advice}`);
        return silent;
      }
    },
    save(history, noted = false) {
      pending = history;
      if (history === written) return;
      const due = clock.monotonic() - writtenAtMs >= LIGHT_INTERVAL_MS;
      if (written === undefined || noted || due || differInWeight(written, history)) writer.request();
    },
    durable: writer.durable,
    flush(deadlineMs) {
      if (pending !== undefined && pending !== written) writer.request();
      return writer.flush(deadlineMs);
    },
  };
}

async function before<T>(deadlineMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StateFilesError('STUCK', `no answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `20261123T021500123Z`: sorts, and is a file name everywhere. */
function stamp(at: Instant): string {
  return new Date(at).toISOString().replace(/[-:.]/g, '');
}
