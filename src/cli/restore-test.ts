import type { Command } from 'commander';
import { InterlockError } from '../guard/restore/given.ts';
import { createTestMemory } from '../guard/restore/memory.ts';
import { inconclusive, Verdict } from '../guard/restore/verdict.ts';
import { scrub } from '../log.ts';
import { BACKUP_LOCATIONS, type BackupLocation } from '../model/backup.ts';
import type { Config } from '../model/config.ts';
import type { RestoreTest } from '../model/restore-test.ts';
import { requireConfig } from './config.ts';
import { CommandError, EXIT, type Io } from './io.ts';
import { databasesOf, sourcesOf, type TestableSource } from './restore/sources.ts';
import { memoryDirectory, notTried, runTest, type TestOrder } from './restore/test.ts';
import { PHASE_WORDS, testText } from './restore/text.ts';
import { secretsOf } from './secrets.ts';

/** The backup is at fault. */
const FAILED = 40;
/** Nothing is known of the backup. */
const INCONCLUSIVE = 41;

const EXIT_CODES = `
Exit codes: 0 passed, all of them; 40 one failed; 41 one is inconclusive, and none failed; 1 a bug; 2 problems in the
config, or the scratch server is none; 3 wrong usage.`;

interface RestoreTestOptions {
  readonly config?: string;
  readonly source?: string;
  readonly database?: readonly string[];
  readonly backup?: string;
  readonly from: string;
  readonly json?: boolean;
}

export function addRestoreTest(program: Command, io: Io): void {
  program
    .command('restore-test')
    .description('restore the newest backup into a throw-away server and compare it with what was dumped')
    .option('--source <name>', 'name of an entry under `backups` (default: all with restore_test)')
    .option('--database <names...>', 'databases (default: all of the source)')
    .option(
      '--backup <id>',
      'not the newest, but this one: STAMP, or SYSTEM_IDENTIFIER/STAMP; of files a path',
    )
    .option(
      '--from <place>',
      'which copy: local, offsite, or due: both when the one somewhere else has not passed for a week',
      'local',
    )
    .option('--json', 'results as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (_, command: Command) => {
      await restoreTest(io, command.optsWithGlobals<RestoreTestOptions>());
    });
}

async function restoreTest(io: Io, options: RestoreTestOptions): Promise<void> {
  const from = fromOf(options.from);
  const config = await requireConfig(io, options.config);
  const orders: TestOrder[] = [];
  const results: RestoreTest[] = [];
  for (const source of sourcesOf(config, options.source)) {
    try {
      orders.push(...ordersOf(io, config, { source, from, options }));
    } catch (error) {
      if (!(error instanceof Verdict)) throw error;
      const location = from === 'offsite' ? 'offsite' : 'local';
      results.push(notTried({ source, datname: '', location }, io.clock.now(), error));
    }
  }
  if (options.backup !== undefined && orders.length > 1)
    throw new CommandError('--backup is of one database: name it with --source and --database', EXIT.usage);
  const stop = new AbortController();
  io.onSignal((signal) => {
    if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2') stop.abort();
  });
  const secrets = secretsOf(config);
  const tell = (result: RestoreTest): void => {
    if (!options.json) io.say(scrub(testText(result), secrets));
  };
  results.forEach(tell);
  for (const order of orders) {
    const result = await one(io, config, order, stop.signal);
    results.push(result);
    tell(result);
    if (stop.signal.aborted) break;
  }
  if (options.json) io.out(scrub(`${JSON.stringify(results, null, 2)}\n`, secrets));
  const exitCode = exitCodeOf(results);
  if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
}

/** What is to be tried of a source. Throws a `Verdict` where nothing can be named. */
function ordersOf(
  io: Io,
  config: Config,
  {
    source,
    from,
    options,
  }: { readonly source: TestableSource; readonly from: From; readonly options: RestoreTestOptions },
): readonly TestOrder[] {
  try {
    const datnames = databasesOf(source, config, options.database ?? []);
    if (datnames.length === 0)
      throw inconclusive('no_backup', 'there are no backups, and no database is named that should have one');
    return datnames.flatMap((datname) =>
      locationsOf(io, config, { source, datname, from }).map(
        (location): TestOrder => ({ source, datname, location, backup: options.backup }),
      ),
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw inconclusive('fetch', `the backups cannot be listed: ${message}`);
  }
}

async function one(io: Io, config: Config, order: TestOrder, signal: AbortSignal): Promise<RestoreTest> {
  const name = `${order.datname} of ${order.source.server}`;
  const progress = (phase: keyof typeof PHASE_WORDS): void => {
    if (io.isTerminal) io.err(`${name}: ${PHASE_WORDS[phase]} …\n`);
  };
  try {
    return await runTest(io, config, order, { signal, progress });
  } catch (error) {
    if (error instanceof InterlockError)
      throw new CommandError(`${error.message}. Nothing was written to it`, EXIT.config);
    throw error;
  }
}

const FROM = [...BACKUP_LOCATIONS, 'due'] as const;
type From = (typeof FROM)[number];
/** A copy somewhere else is fetched whole, which costs: once a week, a little before the week is over. */
const OFFSITE_EVERY_MS = 6.5 * 86_400_000;

function fromOf(text: string): From {
  const found = FROM.find((one) => one === text);
  if (found === undefined) throw new CommandError('--from is local, offsite or due', EXIT.usage);
  return found;
}

/** Which copies are tried. `due`: the one here, and the one somewhere else when it has not passed for a week. */
function locationsOf(
  { clock }: Pick<Io, 'clock'>,
  config: Config,
  {
    source,
    datname,
    from,
  }: { readonly source: TestableSource; readonly datname: string; readonly from: From },
): readonly BackupLocation[] {
  if (source.kind === 'files') return [source.location];
  if (from !== 'due') return [from];
  if (source.offsite === undefined) return ['local'];
  const memory = createTestMemory(memoryDirectory(config, source), clock);
  const passedAt = memory.passedAt({ source: source.name, server: source.server, datname }, 'offsite');
  const isDue = passedAt === undefined || clock.now() - passedAt > OFFSITE_EVERY_MS;
  return isDue ? ['local', 'offsite'] : ['local'];
}

function exitCodeOf(results: readonly RestoreTest[]): number {
  if (results.some(({ result }) => result === 'failed')) return FAILED;
  return results.some(({ result }) => result === 'inconclusive') ? INCONCLUSIVE : EXIT.ok;
}
