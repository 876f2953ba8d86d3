import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Testimony } from '../../src/guard/ensure/decide.ts';
import { ensure } from '../../src/guard/ensure/ensure.ts';
import { decodeRecord } from '../../src/guard/ensure/record-codec.ts';
import { createRecordFile } from '../../src/guard/ensure/record-file.ts';
import { createGuardedServer } from '../../src/guard/ensure/server.ts';
import { operationText, refusalText } from '../../src/guard/ensure/words.ts';
import type { ServerConfig } from '../../src/model/config.ts';
import type { HappeningKind } from '../../src/model/journal.ts';
import { type StateFiles, StateFilesError } from '../../src/remember/files.ts';
import { appendDurably, readStateFile, setAside, writeDurably } from '../../src/remember/state-directory.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** A record in a directory of its own, and `ensure` on it without a process of its own. */
export interface GuardPlace {
  readonly directory: string;
  readonly file: string;
  readonly record: () => ReturnType<typeof decodeRecord>;
  /** What was done, in order, over all runs. */
  readonly kinds: () => readonly HappeningKind[];
  readonly ensure: (
    server: ServerConfig,
    datname: string,
    more?: {
      readonly owner?: string;
      readonly allowed?: string;
      readonly accept?: string;
      readonly waitMs?: number;
      readonly report?: () => Promise<Testimony>;
    },
  ) => Promise<{ readonly code: number; readonly output: string }>;
}

/** Makes a place that its test removes. */
export function guardPlace(base = tmpdir()): GuardPlace {
  const directory = mkdtempSync(join(base, 'pgvigil-guard-'));
  const files = directFiles(directory);
  const record = createRecordFile({ files, name: 'identity.json', place: async () => undefined });
  const kinds: HappeningKind[] = [];
  const file = join(directory, 'identity.json');
  return {
    directory,
    file,
    record: () => decodeRecord(readFileSync(file, 'utf8')),
    kinds: () => kinds,
    async ensure(config, datname, more = {}) {
      const lines: string[] = [];
      const server = createGuardedServer(config, clock);
      const outcome = await ensure({
        datname,
        owner: more.owner,
        server,
        record,
        report: more.report,
        backups: async () => ({ says: 'none' }),
        allowed: more.allowed,
        accept: more.accept === undefined ? undefined : { by: 'a test', reason: more.accept },
        waitMs: more.waitMs ?? 0,
        clock,
        tell: (happening) => {
          kinds.push(happening.kind);
          lines.push(operationText(happening));
        },
        warn: (text) => lines.push(text),
        waiting: (why) => lines.push(`waiting: ${why}`),
      });
      await server.stop();
      if (outcome.result === 'ready') return { code: 0, output: lines.join('\n') };
      const why = outcome.result === 'refused' ? refusalText(outcome.refused) : outcome.why;
      return { code: outcome.exit, output: [...lines, why].join('\n') };
    },
  };
}

/** Files of a directory, touched by this very process. */
function directFiles(directory: string): StateFiles {
  const direct = async <T>(task: () => T): Promise<T> => {
    try {
      return task();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new StateFilesError(code ?? 'FAILED', message);
    }
  };
  return {
    directory,
    read: (name, tailBytes) => direct(() => readStateFile(directory, name, tailBytes)),
    writeDurably: (name, bytes, previous) => direct(() => writeDurably(directory, name, bytes, previous)),
    append: (name, text, rotation) => direct(() => appendDurably(directory, name, text, rotation)),
    setAside: (name, as) => direct(() => setAside(directory, name, as)),
  };
}
