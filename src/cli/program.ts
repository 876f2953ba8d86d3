import { Command, CommanderError } from 'commander';
import { addBackup } from './backup.ts';
import { addCheckConfig } from './check-config.ts';
import { addDemo } from './demo/demo.ts';
import { addDiagnose } from './diagnose.ts';
import { addEnsure } from './ensure.ts';
import { CommandError, ConfigError, EXIT, type Io } from './io.ts';
import { addRestore } from './restore.ts';
import { addRestoreTest } from './restore-test.ts';
import { addServe } from './serve.ts';
import { addSetup } from './setup.ts';
import { addStatus } from './status.ts';
import { addAccept, addForget } from './word.ts';

const COMMANDS = [
  addServe,
  addCheckConfig,
  addStatus,
  addDiagnose,
  addAccept,
  addForget,
  addEnsure,
  addSetup,
  addBackup,
  addRestoreTest,
  addRestore,
  addDemo,
] as const;

/** Runs the command that `args` name; resolves with the exit code, or `undefined` while a server goes on running. */
export async function runCommand(args: readonly string[], io: Io): Promise<number | undefined> {
  const program = new Command('pgvigil')
    .description(
      'Notices within seconds that a PostgreSQL database has disappeared, pages somebody, and says why.',
    )
    .version(io.version)
    .option(
      '--config <file>',
      'configuration (default: pgvigil.yml, then /etc/pgvigil/pgvigil.yml; or PGVIGIL_CONFIG)',
    )
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(see --help)')
    .exitOverride();
  let running = false;
  const serving: Io = {
    ...io,
    onClose: (close) => {
      running = true;
      io.onClose(close);
    },
  };
  for (const add of COMMANDS) add(program, serving);
  for (const command of program.commands) command.option('--config <file>', 'configuration file');
  try {
    await program.parseAsync([...args], { from: 'user' });
    return running ? undefined : EXIT.ok;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

function exitCodeOf(error: unknown, io: Io): number {
  if (error instanceof CommandError) {
    if (error.message !== '')
      io.err(error instanceof ConfigError ? `${error.message}\n` : `pgvigil: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  io.err(`pgvigil: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.failed;
}
