import type { HoldReason, RunPhase, RunResult } from '../../model/backup-run.ts';
import { BACKUP_EXIT, BackupAborted, type BackupExit, BackupFailure, worstExit } from './failure.ts';
import type { Published } from './job.ts';

/** How the backup of one thing went. */
export interface ItemOutcome {
  /** `globals`, `physical` and `run` are of the server as a whole. */
  readonly what: 'database' | 'globals' | 'physical' | 'run';
  readonly datname: string | undefined;
  readonly exit: BackupExit;
  readonly result: RunResult;
  readonly message: string | undefined;
  readonly phasesMs: Readonly<Partial<Record<RunPhase, number>>>;
  readonly published: Published | undefined;
  readonly offsite: boolean;
  readonly held: readonly HoldReason[];
  readonly pruned: number;
}

/** How a run went. */
export interface RunOutcome {
  readonly runId: string;
  readonly source: string;
  readonly server: string;
  readonly exit: BackupExit;
  readonly items: readonly ItemOutcome[];
}

export function outcomeOf(of: Pick<ItemOutcome, 'what' | 'datname'>): ItemOutcome {
  return {
    ...of,
    exit: BACKUP_EXIT.ok,
    result: 'success',
    message: undefined,
    phasesMs: {},
    published: undefined,
    offsite: false,
    held: [],
    pruned: 0,
  };
}

/** An item whose step threw; what was committed before stays. A bug is thrown on. */
export function failedItem(item: ItemOutcome, error: unknown): ItemOutcome {
  if (error instanceof BackupAborted)
    return {
      ...item,
      exit: BACKUP_EXIT.failed,
      result: 'aborted',
      message: 'ended, for we were told to end',
    };
  if (error instanceof BackupFailure)
    return { ...item, exit: error.exit, result: error.result, message: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  const exit = code === 'ENOSPC' || code === 'EDQUOT' ? BACKUP_EXIT.space : BACKUP_EXIT.publish;
  return { ...item, exit, result: 'failed', message: `the destination failed (${code}): ${message}` };
}

export function runExit(items: readonly ItemOutcome[]): BackupExit {
  return worstExit(items.map(({ exit }) => exit));
}
