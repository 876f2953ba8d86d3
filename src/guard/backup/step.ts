import { stat } from 'node:fs/promises';
import type { RunPhase } from '../../model/backup-run.ts';
import type { Clock } from '../../model/time.ts';
import { explainEnd, type ProgramEnd, type ProgramOptions, runProgram } from '../../observe/program.ts';
import { BACKUP_EXIT, BackupAborted, type BackupExit, BackupFailure } from './failure.ts';

/** Where a run is, for whoever looks on. */
export interface Progress {
  readonly datname: string | undefined;
  readonly phase: RunPhase;
  readonly elapsedMs: number;
  /** Written so far; `undefined` where nothing is. */
  readonly bytes: number | undefined;
}

/** What every step of a run is given. */
export interface StepContext {
  readonly clock: Clock;
  /** Ends everything, for we were told to end. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline, at least 1. */
  readonly leftMs: () => number;
  readonly progress: (progress: Progress) => void;
  /** Something that a person should know and that stops nothing. */
  readonly warn: (text: string) => void;
}

const PROGRESS_MS = 500;

/** Runs a program to its end, or throws a `BackupFailure` with its last words. */
export async function requireProgram(
  argv: readonly string[],
  context: StepContext,
  options: {
    readonly name: string;
    readonly exit: BackupExit;
    readonly env: Readonly<Record<string, string>>;
    readonly output?: ProgramOptions['output'];
    readonly directory?: string;
    /** What is said beside the last words of the program. */
    readonly advice?: (end: ProgramEnd) => string | undefined;
  },
): Promise<ProgramEnd> {
  const end = await runProgram(argv, {
    env: options.env,
    directory: options.directory ?? '/',
    deadlineMs: context.leftMs(),
    signal: context.signal,
    ...(options.output !== undefined && { output: options.output }),
  });
  if (end.ok) return end;
  if (context.signal.aborted) throw new BackupAborted('told to end');
  const advice = options.advice?.(end);
  const isFull = /No space left on device|Disk quota exceeded/.test(end.said);
  throw new BackupFailure(
    isFull ? BACKUP_EXIT.space : options.exit,
    `${explainEnd(options.name, end)}${advice === undefined ? '' : `: ${advice}`}`,
  );
}

/** Tells how far a phase is while it lasts, and how long it took. */
export async function inPhase<T>(
  context: StepContext,
  at: {
    readonly phase: RunPhase;
    readonly datname: string | undefined;
    readonly file?: string;
    readonly took: (phase: RunPhase, ms: number) => void;
  },
  task: () => Promise<T>,
): Promise<T> {
  const { phase, datname, file } = at;
  const startedAt = context.clock.monotonic();
  const elapsed = (): number => Math.round(context.clock.monotonic() - startedAt);
  const tell = async (): Promise<void> => {
    const bytes = file === undefined ? undefined : (await stat(file).catch(() => undefined))?.size;
    context.progress({ datname, phase, elapsedMs: elapsed(), bytes });
  };
  const timer = setInterval(() => void tell(), PROGRESS_MS);
  context.progress({ datname, phase, elapsedMs: 0, bytes: undefined });
  try {
    return await task();
  } finally {
    clearInterval(timer);
    at.took(phase, elapsed());
  }
}
