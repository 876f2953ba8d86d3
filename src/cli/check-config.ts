import type { Command } from 'commander';
import { describeConfig } from '../config/describe.ts';
import { requireConfig } from './config.ts';
import type { Io } from './io.ts';

export function addCheckConfig(program: Command, io: Io): void {
  program
    .command('check-config')
    .description('print every problem of the config with file, line and path, or the effective config')
    .addHelpText('after', '\nExit codes: 0 valid, 2 problems found, 3 wrong usage.')
    .action(async (_, command: Command) => {
      const { config } = command.optsWithGlobals<{ config?: string }>();
      io.out(describeConfig(await requireConfig(io, config)));
    });
}
