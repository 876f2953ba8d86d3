import type { Command } from 'commander';
import { loadUrl } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { FailedError } from '../guard/ensure/act.ts';
import { findTools } from '../guard/postgres-tools.ts';
import { LEFT_OUT_OF_TESTS, type LeftOut } from '../guard/restore/archive.ts';
import { ownDump } from '../guard/restore/dumps.ts';
import { optionsOf, type RestorePlan, restore } from '../guard/restore/restore.ts';
import { openTarget, TargetError } from '../guard/restore/target.ts';
import { Verdict } from '../guard/restore/verdict.ts';
import { scrub } from '../log.ts';
import type { BackupConnection } from '../model/backup-source.ts';
import type { Config } from '../model/config.ts';
import { requireConfig } from './config.ts';
import { CommandError, ConfigError, EXIT, type Io } from './io.ts';
import { findBackup, ownSource } from './restore/find.ts';
import { planText, restoredText } from './restore/plan-text.ts';
import { acceptRestored } from './restore/record.ts';
import { secretsOf } from './secrets.ts';

/** Exit codes beside those of all commands. */
const RESTORE_EXIT = {
  /** The server to restore to cannot be reached, or the role may not do it. */
  target: 14,
  /** The database is there, and something is in it. */
  filled: 24,
  /** The backup is at fault, or what was restored is not what was dumped. */
  backup: 40,
  /** Nothing is known of the backup: programs are missing, or it was told to end. */
  inconclusive: 41,
} as const;

const EXIT_CODES = `
Exit codes: 0 restored and counted; 14 the target cannot be reached, or the role may not do it; 24 the database is there
and something is in it; 40 the backup is broken, or what was restored is not what was dumped; 41 it could not be tried;
1 failed; 2 problems in the config; 3 wrong usage.`;

const DEADLINE_MS = 7 * 86_400_000;
const OPTIONS_MS = 600_000;

interface RestoreOptions {
  readonly config?: string;
  readonly source?: string;
  readonly database: string;
  readonly backup?: string;
  readonly from: string;
  readonly as?: string;
  readonly target?: string;
  readonly owner: boolean | string;
  readonly jobs: string;
  readonly record?: string;
  readonly reason?: string;
  readonly plan?: boolean;
}

export function addRestore(program: Command, io: Io): void {
  program
    .command('restore')
    .description(
      'bring a database back from a backup, into a new or empty database; nothing is ever overwritten',
    )
    .requiredOption('--database <name>', 'the database that was backed up')
    .option('--source <name>', 'name of an entry under `backups` of kind pgvigil, where there are several')
    .option('--backup <id>', 'STAMP, or SYSTEM_IDENTIFIER/STAMP (default: the newest)')
    .option('--from <place>', 'which copy: local or offsite', 'local')
    .option('--as <name>', 'restore it under another name')
    .option('--target <url>', 'another server, or another role (default: as backups are made)')
    .option('--no-owner', 'without owners and privileges: everything belongs to the role that restores')
    .option('--jobs <number>', 'how many tables at a time', '2')
    .option('--record <file>', 'write the restored database into this record of `ensure` (or PGVIGIL_RECORD)')
    .option('--reason <text>', 'why, for the record (default: restored from ID)')
    .option('--plan', 'only say what would be done')
    .addHelpText('after', EXIT_CODES)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<RestoreOptions>();
      const config = await requireConfig(io, options.config);
      try {
        await restoreDatabase(io, config, options);
      } catch (error) {
        throw explained(error, (text) => scrub(text, secretsOf(config)));
      }
    });
}

async function restoreDatabase(io: Io, config: Config, options: RestoreOptions): Promise<void> {
  const { clock } = io;
  const source = ownSource(config.backups, options.source);
  const connection = options.target === undefined ? source.connection : targetOf(io, options.target);
  const { chosen, release } = await findBackup(source, options);
  const found = await findTools(io.env['PATH'], ['pg_restore']);
  const dump = { ...ownDump(chosen, found), manifest: chosen.state };
  const datname = options.as ?? options.database;
  const stop = new AbortController();
  io.onSignal((signal) => {
    if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2') stop.abort();
  });
  const target = openTarget(connection, clock, DEADLINE_MS);
  try {
    const withOwner = options.owner !== false;
    const roles = withOwner ? dump.manifest.roles : [];
    const now = await target.look(datname, roles);
    const made = await optionsOf(dump, OPTIONS_MS);
    const leftOut: readonly LeftOut[] = withOwner ? ['subscriptions', 'tablespaces'] : LEFT_OUT_OF_TESTS;
    const owner = withOwner ? made?.owner : undefined;
    const plan: RestorePlan = { dump, datname, target: now, options: made, owner, leftOut };
    const where = `${connection.host}:${connection.port}`;
    io.out(planText(plan, { source: source.name, target: where }));
    if (now.database === 'filled')
      throw new CommandError(
        `"${datname}" is there on ${where} and something is in it; nothing is ever overwritten. Restore beside it with --as ${datname}_restored, look at both, then rename`,
        RESTORE_EXIT.filled,
      );
    if (now.missingRoles.length > 0)
      throw new CommandError(
        `these roles are not there: ${now.missingRoles.join(', ')}. Make them first, for example from the globals beside the backups (${source.directory}: …globals.sql, with psql), or restore without owners: --no-owner`,
      );
    if (options.plan) return;
    const restored = await restore(plan, {
      target,
      connection,
      clock,
      signal: stop.signal,
      deadlineMs: DEADLINE_MS,
      jobs: jobsOf(options.jobs),
      progress: (step) => io.err(`${new Date(clock.now()).toISOString()} ${STEP_WORDS[step]} …\n`),
    });
    io.out(restoredText(plan, restored));
    if (restored.comparison.difference !== undefined)
      throw new CommandError(
        `what was restored is not what was dumped; it is in "${restored.datname}" for you to look at`,
        RESTORE_EXIT.backup,
      );
    const reason = options.reason ?? `restored from ${dump.id}`;
    const record = options.record ?? (io.env['PGVIGIL_RECORD'] || undefined);
    if (record !== undefined) await acceptRestored(io, record, { restored, reason });
    io.out(nextText({ io, record, reason, datname }));
  } finally {
    await target.close();
    await release();
  }
}

const STEP_WORDS = {
  check: 'checking the dump to its last byte',
  restore: 'restoring',
  compare: 'counting every table',
} as const;

function nextText(of: {
  readonly io: Pick<Io, 'self'>;
  readonly record: string | undefined;
  readonly reason: string;
  readonly datname: string;
}): string {
  const { io, record, reason } = of;
  const steps = [
    ...(record === undefined
      ? [
          `where \`ensure\` keeps a record: ${io.self} ensure --record FILE --accept ${JSON.stringify(reason)}`,
        ]
      : ['it is on the record of `ensure`']),
    `where a running pgvigil watches it: ${io.self} status, then ${io.self} accept INCIDENT --reason ${JSON.stringify(reason)}`,
    'let the application in again, and make a backup of what is there now',
  ];
  return `Next:\n${steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')}`;
}

function targetOf(io: Io, url: string): BackupConnection {
  const loaded = loadUrl(url, io);
  const named = (problem: Parameters<typeof formatProblem>[0]): string =>
    formatProblem({ ...problem, path: problem.path === 'PGVIGIL_URL' ? '--target' : problem.path });
  if (!loaded.ok) throw new ConfigError(loaded.problems.map(named).join('\n'));
  const [server] = loaded.config.servers;
  if (server === undefined) throw new Error('unreachable: a URL names one server');
  const { host, port, user, password, database, tls } = server;
  return { host, port, user, password, database, tls };
}

function jobsOf(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1)
    throw new CommandError('--jobs is a number from 1 to 99', EXIT.usage);
  return Number(text);
}

/** `clean` takes secrets out of the last words of programs. */
function explained(error: unknown, clean: (text: string) => string): unknown {
  if (error instanceof TargetError) return new CommandError(clean(error.message), RESTORE_EXIT.target);
  if (error instanceof FailedError) return new CommandError(`restored, but ${clean(error.message)}`);
  if (error instanceof Verdict)
    return new CommandError(
      clean(error.message),
      error.result === 'failed' ? RESTORE_EXIT.backup : RESTORE_EXIT.inconclusive,
    );
  return error;
}
