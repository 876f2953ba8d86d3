import type { Command } from 'commander';
import { askControl } from '../control.ts';
import type { Config } from '../model/config.ts';
import type { Report } from '../model/report.ts';
import { parseListenAddress, urlOf } from './address.ts';
import { requireConfig } from './config.ts';
import { CommandError, EXIT, type Io } from './io.ts';
import { styleOf } from './screen.ts';
import { statusText } from './status-text.ts';
import { type Looked, parseWatch, watchOn } from './watching.ts';

/** No answer: what is watched is not known. */
const BLIND = 2;
const INCIDENTS = 1;
const DEADLINE_MS = 5000;

/** A window is looked at by a person. */
const WATCH_SECONDS = 2;

interface Options {
  readonly config?: string;
  readonly url?: string;
  readonly json?: boolean;
  readonly watch?: string | boolean;
}

/** A report, and where its pages are; `undefined`: it came through the socket. */
interface Answered {
  readonly report: Report;
  readonly base: string | undefined;
}

export function addStatus(program: Command, io: Io): void {
  program
    .command('status')
    .description('what the running pgvigil watches, and its verdicts')
    .option('--url <url>', 'address of the running pgvigil (default: web.listen_address of the config)')
    .option('--json', 'the whole report as JSON')
    .option('--watch [seconds]', `again and again, by default every ${WATCH_SECONDS} s, until Ctrl-C`)
    .addHelpText('after', '\nExit codes: 0 all well, 1 open incidents, 2 no answer, 3 wrong usage.')
    .action(async (_, command: Command) => {
      const { config, url, json, watch } = command.optsWithGlobals<Options>();
      const everyMs = parseWatch(watch, WATCH_SECONDS);
      const ask = url ? askAt(asUrl(url)) : askOwn(await requireConfig(io, config));
      const look = async (): Promise<Looked> => {
        const { report, base } = await ask();
        const text = json
          ? `${JSON.stringify(report, null, 2)}\n`
          : statusText(report, io.clock.now(), { style: styleOf(io.screen()), base });
        return { text, exitCode: report.incidents.length > 0 ? INCIDENTS : EXIT.ok };
      };
      if (everyMs === undefined) {
        const { text, exitCode } = await look();
        io.out(text);
        if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
        return;
      }
      const exitCode = await watchOn(io, { everyMs, unseen: BLIND, look: () => look().catch(unanswered) });
      if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
    });
}

/** While one watches, a pgvigil may be restarted. */
function unanswered(error: unknown): Looked {
  if (error instanceof CommandError && error.exitCode === BLIND)
    return { text: `pgvigil: ${error.message}\n`, exitCode: BLIND };
  throw error;
}

function asUrl(text: string): string {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new CommandError(`--url: "${text}" is no address; write http://HOST:PORT`, EXIT.usage);
  return url;
}

const askAt = (base: string) => async (): Promise<Answered> => ({ report: await fetchReport(base), base });

/**
 * From the web server, or, where that is not for everybody, through the socket in the state directory that only
 * the owner of pgvigil can open.
 */
function askOwn({ web, state }: Config): () => Promise<Answered> {
  const base = urlOf(parseListenAddress(web.listenAddress));
  return async () => {
    try {
      return { report: await fetchReport(base), base };
    } catch (error) {
      const answer = await askControl(state.directory, { do: 'report' });
      if (!answer.ok) throw error;
      return { report: parseReport(answer.message), base: undefined };
    }
  };
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
