import { type ProgramEnd, runProgram } from '../program.ts';
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

const MAX_CHARACTERS = 32 * 1024 * 1024;
const MAX_ERROR_CHARACTERS = 300;
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

export const runCommand: RunCommand = async (argv, { environment, deadlineMs, signal }) => {
  const end = await runProgram(argv, {
    env: { ...ENVIRONMENT, ...environment },
    directory: '/',
    deadlineMs,
    ...(signal && { signal }),
    output: 'keep',
    maxCharacters: MAX_CHARACTERS,
  });
  if (end.ok) return end.output;
  throw listingError(argv[0] ?? '', end, deadlineMs);
};

function listingError(program: string, end: ProgramEnd, deadlineMs: number): ListingError {
  switch (end.cut) {
    case 'aborted':
      return new ListingError('failed', 'it was ended');
    case 'deadline':
      return new ListingError('timeout', `${program} did not end within ${deadlineMs / 1000} s`);
    case 'too_much_output':
      return new ListingError('unreadable', `${program} writes without an end`);
    case 'not_started':
      return end.errno === 'ENOENT'
        ? new ListingError('absent', `there is no program ${program}`)
        : new ListingError(end.errno === 'EACCES' ? 'denied' : 'failed', end.said);
    case undefined: {
      const how = end.signal === undefined ? `exit code ${end.exitCode}` : `ended by ${end.signal}`;
      // Some say it where their answer would be.
      const why = lastLine(end.said) || lastLine(end.output);
      return new ListingError('failed', `${program}: ${how}${why === '' ? '' : `: ${why}`}`);
    }
  }
}

/** What a program says last is why it ended; never with a password of an address. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1) ?? '';
  return last.replace(/\/\/[^/@\s]+@/g, '//…@').slice(0, MAX_ERROR_CHARACTERS);
}
