import type { Command } from 'commander';
import { childPrograms } from '../children.ts';
import type { Config } from '../model/config.ts';
import type { Report } from '../model/report.ts';
import { type Look, lookOnce } from '../once.ts';
import { requireConfig } from './config.ts';
import { diagnoseMarkdown } from './diagnose-markdown.ts';
import { diagnoseText } from './diagnose-text.ts';
import { CommandError, EXIT, type Io } from './io.ts';
import { quietLog } from './quiet-log.ts';
import { styleOf } from './screen.ts';
import { secretsOf } from './secrets.ts';
import { type Looked, parseWatch, watchOn } from './watching.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly watch?: string | boolean;
}

const INCIDENT = 1;
const BLIND = 2;
/** Each look asks everything anew. */
const WATCH_SECONDS = 10;

export function addDiagnose(program: Command, io: Io): void {
  program
    .command('diagnose')
    .description('look now, say what is wrong and why, and answer the questions of an investigation')
    .option('--json', 'the findings as JSON')
    .option('--markdown', 'the findings as a report for a post-mortem')
    .option(
      '--watch [seconds]',
      `again and again, by default ${WATCH_SECONDS} s after each look, until Ctrl-C`,
    )
    .addHelpText(
      'after',
      '\nWorks without a running pgvigil; what one remembered is read from its state directory.\nExit codes: 0 all well, 1 incident, 2 blind (or problems in the config), 3 wrong usage.',
    )
    .action(async (_, command: Command) => {
      const { config: file, json, markdown, watch } = command.optsWithGlobals<Options>();
      const everyMs = parseWatch(watch, WATCH_SECONDS);
      const config = await requireConfig(io, file);
      if (!json && io.isTerminal) io.err('looking …\n');
      const look = async (): Promise<Looked> => {
        const found = await lookNow(config, io);
        const text = json
          ? `${JSON.stringify(found, null, 2)}\n`
          : markdown
            ? diagnoseMarkdown(found)
            : diagnoseText(found, io.clock.now(), styleOf(io.screen()));
        return { text, exitCode: exitCodeOf(found.report) };
      };
      if (everyMs === undefined) {
        const { text, exitCode } = await look();
        io.out(text);
        if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
        return;
      }
      const exitCode = await watchOn(io, { everyMs, unseen: BLIND, look });
      if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
    });
}

function lookNow(config: Config, io: Io): Promise<Look> {
  return lookOnce(config, {
    clock: io.clock,
    log: quietLog(io, secretsOf(config)),
    version: io.version,
    childPrograms: childPrograms(io.env),
  });
}

function exitCodeOf({ incidents, servers }: Report): number {
  if (incidents.some(({ kind }) => kind !== 'blind')) return INCIDENT;
  return incidents.length > 0 || servers.some(({ up }) => up !== true) ? BLIND : EXIT.ok;
}
