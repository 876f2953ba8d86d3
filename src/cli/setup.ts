import type { Command } from 'commander';
import { runInPlace } from '../guard/ensure/run-command.ts';
import type { Book } from './guard/book.ts';
import { addGuardOptions, GUARD_EXIT_CODES, type GuardOptions } from './guard/options.ts';
import { runGuard } from './guard/run.ts';
import type { Io } from './io.ts';

/** A terminal gives these to its whole group, so the command has them already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP'];

export function addSetup(program: Command, io: Io): void {
  addGuardOptions(program.command('setup').alias('db:setup'))
    .description('ensure, then run a command in our place: the migrations, or the application')
    .argument('<command...>', 'after --, with its arguments')
    .addHelpText(
      'after',
      `${GUARD_EXIT_CODES}\nElse the exit code of the command; 128 and the signal that ended it.`,
    )
    .action(async (words: readonly string[], _, command: Command) => {
      await runGuard(io, command.optsWithGlobals<GuardOptions>(), (book, { datname }) =>
        run(io, book, words, datname),
      );
    });
}

async function run(io: Io, book: Book, words: readonly string[], datname: string): Promise<number> {
  // Its arguments may hold secrets.
  const program = words[0] ?? '';
  book.tell({ kind: 'command_started', datname, details: { program } });
  // Begins at once: a signal that came while we wrote would be lost.
  const running = runInPlace(words, {
    env: io.env,
    directory: io.workingDirectory,
    onSignal: (pass) =>
      io.onSignal((given) => {
        if (!(io.isTerminal && FROM_TERMINAL.includes(given))) pass(given);
      }),
  });
  await book.write();
  const { exitCode, signal, problem } = await running;
  if (problem !== undefined) io.err(`pgvigil: ${problem}\n`);
  book.tell({
    kind: 'command_ended',
    datname,
    details: { program, exit_code: exitCode, ...(signal && { signal }) },
  });
  return exitCode;
}
