import type { Command } from 'commander';
import { BACKUP_EXIT, type BackupExit, worstExit } from '../guard/backup/failure.ts';
import type { RunOutcome } from '../guard/backup/outcome.ts';
import { runBackup } from '../guard/backup/run.ts';
import { createLog, scrub } from '../log.ts';
import type { OwnBackups } from '../model/backup-source.ts';
import type { Config } from '../model/config.ts';
import { askRemembered, type RememberedOptions } from './backup/remembered.ts';
import { followSchedules } from './backup/scheduled.ts';
import { BACKUP_EXIT_CODES, itemText, outcomeJson, progressText } from './backup/words.ts';
import { requireConfig } from './config.ts';
import { awaitEnding } from './guard/ending.ts';
import { CommandError, EXIT, type Io } from './io.ts';
import { secretsOf } from './secrets.ts';

interface BackupOptions extends RememberedOptions {
  readonly config?: string;
  readonly source?: string;
  readonly database?: readonly string[];
  readonly json?: boolean;
  readonly scheduled?: boolean;
}

export function addBackup(program: Command, io: Io): void {
  program
    .command('backup')
    .description('dump databases, prove the dumps, and keep them: once, now')
    .option('--source <name>', 'only this entry under `backups` (default: every one of kind pgvigil)')
    .option('--database <name...>', 'only these databases')
    .option('--report <url>', 'a running pgvigil that remembers which cluster it was (or PGVIGIL_REPORT)')
    .option('--record <file>', 'a file that remembers it (or PGVIGIL_RECORD)')
    .option('--json', 'what was done as JSON')
    .option('--scheduled', 'stay, and run every one that has a schedule when it is due, as serve does')
    .addHelpText('after', BACKUP_EXIT_CODES)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<BackupOptions>();
      if (options.scheduled) return followSchedules(io, options.config);
      const config = await requireConfig(io, options.config);
      await backup(io, config, options);
    });
}

async function backup(io: Io, config: Config, options: BackupOptions): Promise<void> {
  const sources = sourcesOf(config, options);
  const ending = awaitEnding(io);
  const controller = new AbortController();
  ending.told.catch(() => controller.abort());
  const outcomes: RunOutcome[] = [];
  for (const source of sources)
    outcomes.push(await runSource(io, config, options, source, controller.signal));
  if (options.json) {
    const [only] = outcomes;
    const told = outcomes.length === 1 && only ? outcomeJson(only) : outcomes.map(outcomeJson);
    io.out(scrub(`${JSON.stringify(told, null, 2)}\n`, secretsOf(config)));
  }
  ending.check();
  const exit: BackupExit = worstExit(outcomes.map((outcome) => outcome.exit));
  if (exit !== BACKUP_EXIT.ok) throw new CommandError('', exit);
}

function sourcesOf({ backups }: Config, options: BackupOptions): readonly OwnBackups[] {
  const own = backups.filter((source) => source.kind === 'pgvigil');
  const chosen = own.filter(({ name }) => options.source === undefined || name === options.source);
  if (chosen.length > 0) {
    if (chosen.length > 1 && options.database !== undefined)
      throw usage(`say which one with --source: ${own.map(({ name }) => name).join(', ')}`);
    return chosen;
  }
  if (own.length === 0)
    throw usage(
      'the config has no backups of kind `pgvigil`: add an entry under `backups` with a `directory`',
    );
  const other = backups.find(({ name }) => name === options.source);
  if (other !== undefined) throw usage(`"${other.name}" is made by ${other.kind}, and only looked at here`);
  throw usage(
    `there is no such entry under \`backups\`: write one of ${own.map(({ name }) => name).join(', ')}`,
  );
}

async function runSource(
  io: Io,
  config: Config,
  options: BackupOptions,
  source: OwnBackups,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const server = config.servers.find(({ name }) => name === source.server);
  if (server === undefined) throw new Error('unreachable: the configuration was checked');
  const secrets = secretsOf(config);
  const screen = createScreen(io, (text) => scrub(text, secrets));
  const warn = (text: string): void => screen.line(`pgvigil: warning: ${text}`);
  const startedAt = io.clock.monotonic();
  const datname = options.database?.[0] ?? source.databases?.[0] ?? server.databases.expect[0];
  const outcome = await runBackup({
    source,
    server,
    databases: options.database,
    stateDirectory: config.state.directory,
    searchPath: io.env['PATH'],
    version: io.version,
    clock: io.clock,
    signal,
    remembered: () =>
      askRemembered(io, options, {
        server: server.name,
        datname: datname ?? source.connection.database,
        warn,
      }),
    progress: (progress) => screen.progress(progressText(progress)),
    warn,
    clean: (text) => scrub(text, secrets),
  });
  screen.clear();
  for (const item of outcome.items) {
    const text = scrub(itemText(item), secrets);
    if (item.exit !== BACKUP_EXIT.ok) screen.line(`pgvigil: ${text}`);
    else if (!options.json) io.out(`${text}\n`);
  }
  const log = createLog({
    level: 'info',
    format: io.isTerminal ? 'text' : 'json',
    colors: io.isTerminal,
    secrets: () => secrets,
    write: io.err,
  });
  const seconds = Math.round(io.clock.monotonic() - startedAt) / 1000;
  log.info({ ...outcomeJson(outcome), seconds }, 'backup');
  return outcome;
}

/** Standard error: one line that changes, on a terminal, and lines that stay. */
function createScreen(io: Pick<Io, 'err' | 'isTerminal'>, clean: (text: string) => string) {
  let shown = false;
  const clear = (): void => {
    if (shown) io.err('\r\u001b[K');
    shown = false;
  };
  return {
    clear,
    line(text: string): void {
      clear();
      io.err(`${clean(text)}\n`);
    },
    progress(text: string): void {
      if (!io.isTerminal) return;
      io.err(`\r\u001b[K${clean(text)}`);
      shown = true;
    },
  };
}

function usage(message: string): CommandError {
  return new CommandError(message, EXIT.usage);
}
