import type { Command } from 'commander';
import { addGuardOptions, GUARD_EXIT_CODES, type GuardOptions } from './guard/options.ts';
import { runGuard } from './guard/run.ts';
import { CommandError, EXIT, type Io } from './io.ts';

export function addEnsure(program: Command, io: Io): void {
  addGuardOptions(program.command('ensure').alias('db:create'))
    .description('create the database if it is missing, where that cannot hide a loss')
    .option(
      '--accept <reason>',
      'write to the record that what is there now is right, after a restore or an upgrade',
    )
    .addHelpText('after', GUARD_EXIT_CODES)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GuardOptions>();
      if (options.accept?.trim() === '')
        throw new CommandError('--accept is empty: say why, for whoever reads the record later', EXIT.usage);
      await runGuard(io, options);
    });
}
