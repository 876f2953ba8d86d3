import type { Command } from 'commander';
import { askControl } from '../control.ts';
import type { Config } from '../model/config.ts';
import type { Report } from '../model/report.ts';
import { parseListenAddress, urlOf } from './address.ts';
import { requireConfig } from './config.ts';
import { CommandError, EXIT, type Io } from './io.ts';
import { statusText } from './status-text.ts';

/** No answer: what is watched is not known. */
const BLIND = 2;
const DEADLINE_MS = 5000;

export function addStatus(program: Command, io: Io): void {
  program
    .command('status')
    .description('what the running pgvigil watches, and its verdicts')
    .option('--url <url>', 'address of the running pgvigil (default: web.listen_address of the config)')
    .option('--json', 'the whole report as JSON')
    .addHelpText('after', '\nExit codes: 0 all well, 1 open incidents, 2 no answer, 3 wrong usage.')
    .action(async (_, command: Command) => {
      const { config, url, json } = command.optsWithGlobals<{
        config?: string;
        url?: string;
        json?: boolean;
      }>();
      const report = url ? await fetchReport(asUrl(url)) : await ownReport(await requireConfig(io, config));
      io.out(json ? `${JSON.stringify(report, null, 2)}\n` : statusText(report, io.clock.now()));
      if (report.incidents.length > 0) throw new CommandError('', 1);
    });
}

function asUrl(text: string): string {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new CommandError(`--url: "${text}" is no address; write http://HOST:PORT`, EXIT.usage);
  return url;
}

/**
 * From the web server, or, where that is not for everybody, through the socket in the state directory that only
 * the owner of pgvigil can open.
 */
async function ownReport({ web, state }: Config): Promise<Report> {
  try {
    return await fetchReport(urlOf(parseListenAddress(web.listenAddress)));
  } catch (error) {
    const answer = await askControl(state.directory, { do: 'report' });
    if (!answer.ok) throw error;
    return parseReport(answer.message);
  }
}

async function fetchReport(base: string): Promise<Report> {
  let response: Response;
  try {
    response = await fetch(new URL('/api/v1/report', base), { signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch (error) {
    throw new CommandError(whyNoAnswer(base, error), BLIND);
  }
  if (response.status === 401)
    throw new CommandError(
      `${base} asks for a password: run this as the user of pgvigil, on its host, without --url`,
      BLIND,
    );
  if (!response.ok)
    throw new CommandError(
      `${base} answered ${response.status}: pgvigil has not looked yet, try again`,
      BLIND,
    );
  return parseReport(await response.text());
}

function whyNoAnswer(base: string, error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  if (/CERT|VERIFY/.test(code ?? ''))
    return `the certificate of ${base} is not trusted (${code}): give the file of its authority in NODE_EXTRA_CA_CERTS, or run this on its host without --url`;
  return `no pgvigil answers on ${base}: start it with \`pgvigil serve\`, or name another with --url (https:// where it speaks TLS)`;
}

/** JSON has no word for what is not known; null stands for it. */
function parseReport(text: string): Report {
  return JSON.parse(text, (_, value: unknown) => (value === null ? undefined : value)) as Report;
}
