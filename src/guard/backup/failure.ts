import type { RunResult } from '../../model/backup-run.ts';

/** How `pgvigil backup` ends; what is not here is told by a shell. */
export const BACKUP_EXIT = {
  ok: 0,
  failed: 1,
  identity: 10,
  locked: 11,
  space: 12,
  tools: 13,
  unreachable: 14,
  dump: 15,
  check: 16,
  publish: 17,
  offsite: 18,
  held: 19,
} as const;

export type BackupExit = (typeof BACKUP_EXIT)[keyof typeof BACKUP_EXIT];

/** A step of a run that could not be done: one line without secrets that says what to do. */
export class BackupFailure extends Error {
  override readonly name = 'BackupFailure';
  readonly exit: BackupExit;
  readonly result: RunResult;

  constructor(exit: BackupExit, message: string, result: RunResult = resultOf(exit)) {
    super(message);
    this.exit = exit;
    this.result = result;
  }
}

function resultOf(exit: BackupExit): RunResult {
  if (exit === BACKUP_EXIT.identity) return 'refused_identity';
  if (exit === BACKUP_EXIT.locked) return 'skipped_locked';
  return 'failed';
}

/** We were told to end. */
export class BackupAborted extends Error {
  override readonly name = 'BackupAborted';
}

/** The worst of several: one that made no backup before one whose backup is good. */
export function worstExit(exits: readonly BackupExit[]): BackupExit {
  const bad = exits.filter((exit) => exit !== BACKUP_EXIT.ok);
  const lost = bad.find((exit) => exit !== BACKUP_EXIT.offsite && exit !== BACKUP_EXIT.held);
  if (lost !== undefined) return lost;
  return bad.find((exit) => exit === BACKUP_EXIT.offsite) ?? bad[0] ?? BACKUP_EXIT.ok;
}
