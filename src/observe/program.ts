import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** What a program is given. Its environment is made from scratch: nothing of ours reaches it by accident. */
export interface ProgramOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly deadlineMs: number;
  /** Ends it, as the deadline does. */
  readonly signal?: AbortSignal;
  /** From a request to end until the kill; 5 s when absent. */
  readonly graceMs?: number;
  /** Root lends it this identity. */
  readonly identity?: { readonly uid: number; readonly gid: number } | undefined;
  /** What it reads; absent: nothing. */
  readonly input?: 'pipe';
  /** What it writes is text to be kept (`keep`), is passed on by the caller (`pipe`), or is thrown away. */
  readonly output?: 'keep' | 'pipe' | 'ignore';
  /** More kept output than this is not what was asked for; 64 Mi when absent. */
  readonly maxCharacters?: number;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Exit code 0, and no signal: what it said is not asked. */
  readonly ok: boolean;
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Why we ended it, or why it could not be started. */
  readonly cut: 'deadline' | 'aborted' | 'too_much_output' | 'not_started' | undefined;
  /** Of one that could not be started, such as ENOENT. */
  readonly errno: string | undefined;
  /** The last of what it said on standard error. */
  readonly said: string;
  /** Standard output, where it was to be kept. */
  readonly output: string;
}

export interface Program {
  /** `undefined`: it could not be started, as `ended` says. */
  readonly child: ChildProcess | undefined;
  /**
   * Never rejects; resolves when it is gone and all that it said was read. One that is not gone soon after its kill, for
   * it hangs on a disk, is given up: then it resolves too.
   */
  readonly ended: Promise<ProgramEnd>;
}

/** More on standard error is cut off at the beginning, for the reason of an end comes last. */
const SAID_CHARACTERS = 4_000;
const OUTPUT_CHARACTERS = 64 * 1024 * 1024;
/** From a request to end until the kill, and from the end of a program until its streams are closed. */
const GRACE_MS = 5_000;
/** From the kill until we do not wait any more. */
const GIVE_UP_MS = 5_000;
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The whole environment of a program, but for what it needs itself. */
export function cleanEnvironment(
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', ...more };
}

/** Starts a program by its arguments, never through a shell, in a process group of its own. */
export function startProgram(argv: readonly string[], options: ProgramOptions): Program {
  try {
    const child = spawnProgram(argv, options);
    return { child, ended: endOf(child, options) };
  } catch (error) {
    // Too many arguments, or no memory: other reasons come as an event.
    const { message: said, code: errno } = error as NodeJS.ErrnoException;
    const end = {
      ok: false,
      exitCode: undefined,
      signal: undefined,
      cut: 'not_started',
      errno,
      said,
    } as const;
    return { child: undefined, ended: Promise.resolve({ ...end, output: '' }) };
  }
}

function spawnProgram([file = '', ...args]: readonly string[], options: ProgramOptions): ChildProcess {
  const { output = 'ignore' } = options;
  return spawn(file, args, {
    cwd: options.directory,
    env: options.env,
    stdio: [options.input ?? 'ignore', output === 'ignore' ? 'ignore' : 'pipe', 'pipe'],
    // A Ctrl-C of the terminal is for us, and its children end with it.
    detached: true,
    ...options.identity,
  });
}

function endOf(child: ChildProcess, options: ProgramOptions): Promise<ProgramEnd> {
  const { output, signal, deadlineMs, graceMs = GRACE_MS, maxCharacters = OUTPUT_CHARACTERS } = options;
  let cut: ProgramEnd['cut'];
  let killing: NodeJS.Timeout | undefined;
  let letting: NodeJS.Timeout | undefined;
  let giveUp = (): void => {};
  const kill = (): void => {
    killGroup(child, 'SIGKILL');
    killing = setTimeout(() => giveUp(), GIVE_UP_MS);
  };
  const end = (why: ProgramEnd['cut']): void => {
    cut ??= why;
    killGroup(child, 'SIGTERM');
    killing ??= setTimeout(kill, graceMs);
  };
  const deadline = setTimeout(() => end('deadline'), deadlineMs);
  const abort = (): void => end('aborted');
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();

  let said = '';
  let errno: string | undefined;
  let kept = '';
  const errors = new StringDecoder('utf8');
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + errors.write(chunk)).slice(-SAID_CHARACTERS);
  });
  const text = new StringDecoder('utf8');
  if (output === 'keep')
    child.stdout?.on('data', (chunk: Buffer) => {
      if (kept.length > maxCharacters) end('too_much_output');
      else kept += text.write(chunk);
    });
  child.stdin?.on('error', () => {}); // Told by the exit code of whoever went away.

  return new Promise((resolve) => {
    const settle = (exitCode: number | undefined, by: NodeJS.Signals | undefined): void => {
      clearTimeout(deadline);
      clearTimeout(killing);
      clearTimeout(letting);
      signal?.removeEventListener('abort', abort);
      const ok = exitCode === 0 && by === undefined && cut === undefined;
      resolve({ ok, exitCode, signal: by, cut, errno, said: said.trim(), output: kept });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return; // A signal came too late: `close` tells.
      cut = 'not_started';
      said = error.message;
      errno = error.code;
      settle(undefined, undefined);
    });
    // What it left behind may hold its streams for ever.
    child.once('exit', () => {
      letting = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, GRACE_MS);
    });
    child.once('close', (code, by) => settle(code ?? undefined, by ?? undefined));
    giveUp = () => {
      if (child.exitCode === null && child.signalCode === null) said += '\nit was killed, and is still there';
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      settle(child.exitCode ?? undefined, child.signalCode ?? undefined);
    };
  });
}

/** Runs a program to its end. */
export function runProgram(argv: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  return startProgram(argv, options).ended;
}

/** One line on an end that was none: without secrets, for they are never among arguments. */
export function explainEnd(name: string, { exitCode, signal, cut, said }: ProgramEnd): string {
  const last = said.split('\n').filter((line) => line.trim() !== '');
  const why = last.length === 0 ? '' : `: ${last.slice(-3).join(' / ')}`;
  if (cut === 'not_started') return `${name} cannot be started${why}`;
  if (cut === 'deadline') return `${name} was ended at its deadline${why}`;
  if (cut === 'aborted') return `${name} was ended, for we were told to end`;
  if (cut === 'too_much_output') return `${name} said too much and was ended`;
  return signal === undefined
    ? `${name} ended with exit code ${exitCode}${why}`
    : `${name} was ended by ${signal}${why}`;
}

/** The program and all that it started. Only ever of a group that we made, while its leader has not been waited for. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Whether there is such a process; one of another user is alive too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Ends a server that a dead process of ours left behind; the caller has made sure that it is that one. */
export function killLeftover(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch {
    // It ended by itself.
  }
}
