import type { Command } from 'commander';
import { parseDuration } from '../../config/durations.ts';
import type { ReportSource } from '../../guard/ensure/report.ts';
import { CommandError, EXIT, type Io } from '../io.ts';

/** What `ensure` and `setup` can be told. */
export interface GuardOptions {
  readonly config?: string;
  readonly url?: string;
  readonly server?: string;
  readonly database?: string;
  readonly owner?: string;
  readonly report?: string;
  readonly record?: string;
  readonly backups?: string;
  readonly wait: string;
  readonly accept?: string;
}

export const GUARD_EXIT_CODES = `
Exit codes: 0 there, and the one that is known; 1 failed; 2 problems in the config; 3 wrong usage;
20 backups exist and it is missing or empty; 21 it was here and is gone; 22 another server than the one that held it;
23 another database of the same name; 30 it could not be found out in time.`;

/** Adds the options that both commands have. */
export function addGuardOptions(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'the database, as a role that may create it (default: the config, or DATABASE_URL)',
    )
    .option(
      '--server <name>',
      'what the config and the running pgvigil call the server, where they have several',
    )
    .option('--database <name>', 'the database, where the config expects several')
    .option('--owner <role>', 'owner of a database that is created')
    .option('--report <url>', 'a running pgvigil that remembers what was there (or PGVIGIL_REPORT)')
    .option('--record <file>', 'a file outside of the data volume that remembers it (or PGVIGIL_RECORD)')
    .option('--backups <directory>', 'where pgvigil keeps backups of it (or PGVIGIL_BACKUPS, or the config)')
    .option('--wait <duration>', 'how long to wait for a server that starts', '60s');
}

/** `--wait` in milliseconds. */
export function waitOf({ wait }: GuardOptions): number {
  const parsed = parseDuration(wait);
  if (!parsed.ok) throw new CommandError(`--wait ${parsed.message}`, EXIT.usage);
  return parsed.value;
}

/** Who is asked what was there before: at least one of them. */
export function keepersOf(
  io: Pick<Io, 'env'>,
  options: Pick<GuardOptions, 'report' | 'record' | 'server'>,
): { readonly report: ReportSource | undefined; readonly record: string | undefined } {
  const report = options.report ?? (io.env['PGVIGIL_REPORT'] || undefined);
  const record = options.record ?? (io.env['PGVIGIL_RECORD'] || undefined);
  if (report === undefined && record === undefined)
    throw new CommandError(
      'nobody is named who remembers what was there before: give --report URL of a running pgvigil, or --record FILE on a mount that is not the data volume, or both',
      EXIT.usage,
    );
  const named = options.report === undefined ? 'PGVIGIL_REPORT' : '--report';
  return { record, report: report === undefined ? undefined : reportSource(named, report, options.server) };
}

function reportSource(named: string, text: string, server: string | undefined): ReportSource {
  const written = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(written) || !/^https?:/i.test(written))
    throw new CommandError(`${named} is no address; write http://HOST:PORT`, EXIT.usage);
  const url = new URL(written);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const [user, secret] = [username, password].map((part) => decoded(named, part));
  const pair = `${user}:${secret}`;
  const authorization = username === '' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`;
  return { url, authorization, server };
}

/** Nothing of the text is repeated, for it is a password. */
function decoded(named: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new CommandError(
      `${named} has a % in its user or password that escapes nothing: write it as %25`,
      EXIT.usage,
    );
  }
}
