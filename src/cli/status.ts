import type { Command } from 'commander';
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
      const base =
        (url && asUrl(url)) ?? urlOf(parseListenAddress((await requireConfig(io, config)).web.listenAddress));
      const report = await fetchReport(base);
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

async function fetchReport(base: string): Promise<Report> {
  let response: Response;
  try {
    response = await fetch(new URL('/api/v1/report', base), { signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    throw new CommandError(
      `no pgvigil answers on ${base}: start it with \`pgvigil serve\`, or name another with --url`,
      BLIND,
    );
  }
  if (!response.ok)
    throw new CommandError(
      `${base} answered ${response.status}: pgvigil has not looked yet, try again`,
      BLIND,
    );
  // JSON has no word for what is not known; null stands for it.
  return JSON.parse(await response.text(), (_, value: unknown) =>
    value === null ? undefined : value,
  ) as Report;
}
