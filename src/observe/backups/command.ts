import { type ChildProcess, spawn } from 'node:child_process';
import { kill } from 'node:process';
import { ListingError } from './copy.ts';

/** What a program is given beside its arguments. */
export interface CommandOptions {
  /** Beside PATH and the language; nothing of our own environment, for it may hold secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Runs a program without a shell and gives what it wrote. Rejects with a `ListingError`. */
export type RunCommand = (argv: readonly string[], options: CommandOptions) => Promise<string>;

const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const MAX_ERROR_CHARACTERS = 300;
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

export const runCommand: RunCommand = (argv, { environment, deadlineMs, signal }) =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    // A group of its own, so that what the program starts ends with it.
    const child = spawn(program, args, {
      env: { ...ENVIRONMENT, ...environment },
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let bytes = 0;
    let said = '';

    function end(settle: () => void): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    }
    function giveUp(error: ListingError): void {
      killGroup(child);
      end(() => reject(error));
    }
    const onAbort = (): void => giveUp(new ListingError('failed', 'it was ended'));
    const timer = setTimeout(
      () => giveUp(new ListingError('timeout', `${program} did not end within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);

    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_OUTPUT_BYTES) output.push(chunk);
      else giveUp(new ListingError('unreadable', `${program} writes without an end`));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-10 * MAX_ERROR_CHARACTERS);
    });
    child.on('error', (error: NodeJS.ErrnoException) => end(() => reject(notStarted(program, error))));
    child.on('close', (code, killedBy) => {
      if (code === 0) return end(() => resolve(Buffer.concat(output).toString('utf8')));
      const how = killedBy === null ? `exit code ${code}` : `ended by ${killedBy}`;
      // Some say it where their answer would be.
      const why = lastLine(said) || lastLine(Buffer.concat(output).toString('utf8'));
      end(() => reject(new ListingError('failed', `${program}: ${how}${why === '' ? '' : `: ${why}`}`)));
    });
  });

/** Only while its leader has not been waited for: afterwards the number may be somebody else's. */
function killGroup(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  const { pid, exitCode, signalCode } = child;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function notStarted(program: string, { code, message }: NodeJS.ErrnoException): ListingError {
  if (code === 'ENOENT') return new ListingError('absent', `there is no program ${program}`);
  return new ListingError(code === 'EACCES' ? 'denied' : 'failed', message);
}

/** What a program says last is why it ended; never with a password of an address. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1) ?? '';
  return last.replace(/\/\/[^/@\s]+@/g, '//…@').slice(0, MAX_ERROR_CHARACTERS);
}
