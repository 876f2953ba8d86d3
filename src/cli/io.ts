import type { Clock } from '../model/time.ts';
import type { Screen } from './screen.ts';

/** The process as commands see it: `main.ts` is the only place that touches the real one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** How a person starts this very program, for printed commands: `pgvigil` or `node dist/main.js`. */
  readonly self: string;
  /** The same for a child process: program and first arguments. */
  readonly program: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  /** Of standard error. */
  readonly isTerminal: boolean;
  /** Of standard output, as it is now: a window changes its size. */
  readonly screen: () => Screen;
  readonly isRoot: boolean;
  /** Asks a person and gives the answer, `n` when they went away; `undefined`: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly out: (text: string) => void;
  /** Standard output for what may get lost and must stop nothing: `false` when it was lost; never throws. */
  readonly say: (text: string) => boolean;
  /** `false` when it was lost; never throws. */
  readonly err: (text: string) => boolean;
  /** Registers what has to be closed before the process ends; called once, by the first signal or fatal error. */
  readonly onClose: (close: () => Promise<void>) => void;
  readonly onHangup: (reload: () => void) => void;
  /**
   * Hands every signal that would end us, or that means something to a command of ours, to `take` alone; a second call
   * replaces the first. Not for whoever uses `onClose`.
   */
  readonly onSignal: (take: (signal: NodeJS.Signals) => void) => void;
  /** Ends the process loudly after closing. */
  readonly fatal: (error: unknown) => void;
}

/** Exit codes of all commands; `status` and `diagnose` give them a meaning of their own. */
export const EXIT = { ok: 0, failed: 1, config: 2, usage: 3 } as const;

/** A command ended with something to tell the user: one line on stderr, no stack trace. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The configuration cannot be used; every line of the message names its place itself. */
export class ConfigError extends CommandError {
  override readonly name = 'ConfigError';

  constructor(message: string) {
    super(message, EXIT.config);
  }
}
