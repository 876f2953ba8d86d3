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

export function createRunLedger(
  book: RunsBook,
  of: { readonly source: string; readonly server: string; readonly runId: string; readonly clock: Clock },
): RunLedger {
  const { source, server, runId, clock } = of;
  const open = new Map<string | undefined, LastRun>();

  async function keep(run: LastRun): Promise<void> {
    open.set(run.datname, run);
    await book.write([run]);
  }

  function begun(datname: string | undefined): LastRun {
    const key = { source, server, datname };
    return open.get(datname) ?? begunRun({ ...key, runId, startedAt: clock.now() }, book.previous(key));
  }

  return {
    begin: (datname) => keep(begun(datname)),
    committed: (datname, bytes) => keep({ ...begun(datname), bytes, succeededAt: clock.now() }),
    async end({ datname, result, exit, message, phasesMs, published, offsite, held, pruned }) {
      const run = begun(datname);
      const finishedAt = Math.max(clock.now(), run.startedAt);
      await keep(
        endedRun(run, {
          result,
          finishedAt,
          exitCode: exit,
          message,
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
