import type { LastRun } from '../../model/backup-run.ts';
import type { Clock } from '../../model/time.ts';
import type { ItemOutcome } from './outcome.ts';
import { begunRun, endedRun, type RunsBook } from './runs-file.ts';

/** Writes down what a run does, while it does it: a run that is killed leaves `running` behind. */
export interface RunLedger {
  begin(datname: string | undefined): Promise<void>;
  /** The backup is committed; what is left to do cannot take it back. */
  committed(datname: string | undefined, bytes: number): Promise<void>;
  end(item: ItemOutcome): Promise<void>;
}

/** `places`: where it is written, the first that takes it. That none does is told, and stops nothing. */
export function createRunLedger(
  places: readonly (() => Promise<RunsBook>)[],
  of: {
    readonly source: string;
    readonly server: string;
    readonly runId: string;
    readonly clock: Clock;
    readonly warn: (text: string) => void;
    /** Takes secrets out of the last words of a program. */
    readonly clean: (text: string) => string;
  },
): RunLedger {
  const { source, server, runId, clock } = of;
  const open = new Map<string | undefined, LastRun>();

  /** Does something with the first place that can do it. */
  async function inBook<T>(task: (book: RunsBook) => Promise<T> | T): Promise<T | undefined> {
    let why = '';
    for (const place of places) {
      try {
        return await task(await place());
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        why = (error as Error).message;
      }
    }
    of.warn(`what became of this run cannot be written down (${why})`);
    return undefined;
  }

  async function keep(run: LastRun): Promise<void> {
    open.set(run.datname, run);
    await inBook((book) => book.write([run]));
  }

  async function begun(datname: string | undefined): Promise<LastRun> {
    const key = { source, server, datname };
    const known = open.get(datname);
    if (known !== undefined) return known;
    const previous = await inBook((book) => book.previous(key));
    return begunRun({ ...key, runId, startedAt: clock.now() }, previous);
  }

  return {
    async begin(datname) {
      await keep(await begun(datname));
    },
    async committed(datname, bytes) {
      await keep({ ...(await begun(datname)), bytes, succeededAt: clock.now() });
    },
    async end({ datname, result, exit, message, phasesMs, published, offsite, held, pruned }) {
      const run = await begun(datname);
      const finishedAt = Math.max(clock.now(), run.startedAt);
      await keep(
        endedRun(run, {
          result,
          finishedAt,
          exitCode: exit,
          message: message && of.clean(message),
          phasesMs,
          bytes: published?.bytes ?? run.bytes,
          offsiteAt: offsite ? finishedAt : run.offsiteAt,
          held,
          pruned: run.pruned + pruned,
        }),
      );
    },
  };
}
