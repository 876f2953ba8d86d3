import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How a command ended, as a shell tells it: 128 and the number of the signal, 126 not executable, 127 not found. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
  /** Why it could not be started. */
  readonly problem: string | undefined;
}

/**
 * Runs a command in our place: with our streams, and every signal that we are given is passed on. It takes as long as it
 * takes. Node.js 20 cannot replace its own process.
 */
export function runInPlace(
  [program = '', ...args]: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly directory: string;
    /** Hands over the one who takes our signals from now on. */
    readonly onSignal: (take: (signal: NodeJS.Signals) => void) => void;
  },
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', env: options.env, cwd: options.directory });
    options.onSignal((signal) => child.kill(signal));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return; // A signal came too late: `exit` tells.
      const exitCode = error.code === 'ENOENT' ? 127 : 126;
      const problem =
        error.code === 'ENOENT'
          ? `there is no program ${program}`
          : `${program} cannot be run (${error.code})`;
      resolve({ exitCode, signal: undefined, problem });
    });
    child.once('exit', (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ exitCode, signal: signal ?? undefined, problem: undefined });
    });
  });
}
