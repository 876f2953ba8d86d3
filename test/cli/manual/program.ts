import type { Command } from 'commander';
import { wholeProgram } from '../../../src/cli/program.ts';

/** The program with all its commands, as wide as a terminal of 80 columns; what it prints goes nowhere. */
export async function describedProgram(): Promise<Command> {
  const program = await wholeProgram({ version: '', out: () => undefined, err: () => true });
  for (const command of [program, ...program.commands])
    command.configureOutput({ getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 });
  return program;
}
