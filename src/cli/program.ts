import { Command, CommanderError } from 'commander';
import { CommandError, ConfigError, EXIT, type Io } from './io.ts';

/** Adds a command, and what it needs, to the program. */
type Add = (program: Command, io: Io) => unknown;

const ensure = async (): Promise<Add> => (await import('./ensure.ts')).addEnsure;
const setup = async (): Promise<Add> => (await import('./setup.ts')).addSetup;

/** All commands, in the order of the help, and their other names. A command that is not asked for is not even read. */
export const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  init: async () => (await import('./init.ts')).addInit,
  serve: async () => (await import('./serve.ts')).addServe,
  'check-config': async () => (await import('./check-config.ts')).addCheckConfig,
  status: async () => (await import('./status.ts')).addStatus,
  diagnose: async () => (await import('./diagnose.ts')).addDiagnose,
  accept: async () => (await import('./word.ts')).addAccept,
  forget: async () => (await import('./word.ts')).addForget,
  ensure,
  'db:create': ensure,
  setup,
  'db:setup': setup,
  backup: async () => (await import('./backup.ts')).addBackup,
  'restore-test': async () => (await import('./restore-test.ts')).addRestoreTest,
  restore: async () => (await import('./restore.ts')).addRestore,
  demo: async () => (await import('./demo/demo.ts')).addDemo,
  completion: async () => (await import('./completion.ts')).addCompletion,
};

/** Runs the command that `args` name; resolves with the exit code, or `undefined` while a server goes on running. */
export async function runCommand(args: readonly string[], io: Io): Promise<number | undefined> {
  let running = false;
  const serving: Io = {
    ...io,
    onClose: (close) => {
      running = true;
      io.onClose(close);
    },
  };
  const program = assemble(await commandsFor(args), serving);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return running ? undefined : EXIT.ok;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

/** The program with all its commands, to be described: for completion, help and the manual page. */
export async function wholeProgram(io: Pick<Io, 'version' | 'out' | 'err'>): Promise<Command> {
  const all = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return assemble(new Set(all), io as Io);
}

function assemble(commands: ReadonlySet<Add>, io: Io): Command {
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
  for (const add of commands) add(program, io);
  for (const command of program.commands) command.option('--config <file>', 'configuration file');
  return program;
}

/** Those whose names occur among the arguments; all of them where none does, for the help and for a word that is none. */
async function commandsFor(args: readonly string[]): Promise<ReadonlySet<Add>> {
  if (VERSION.includes(args[0] ?? '')) return new Set();
  const named = Object.entries(COMMANDS).filter(([name]) => args.includes(name));
  const wanted = named.length > 0 && !args.includes(TELLS_OF_ALL) ? named : Object.entries(COMMANDS);
  return new Set(await Promise.all(wanted.map(([, load]) => load())));
}
/** A command that needs the others. */
const TELLS_OF_ALL = 'completion';
const VERSION: readonly string[] = ['-V', '--version'];

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
