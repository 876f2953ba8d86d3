import type { Command } from 'commander';
import { childPrograms } from '../children.ts';
import { createLog } from '../log.ts';
import { lookOnce } from '../once.ts';
import { requireConfig } from './config.ts';
import { diagnoseText } from './diagnose-text.ts';
import { CommandError, type Io } from './io.ts';

const INCIDENT = 1;
const BLIND = 2;

export function addDiagnose(program: Command, io: Io): void {
  program
    .command('diagnose')
    .description('look now, say what is wrong and why, and answer the questions of an investigation')
    .option('--json', 'the findings as JSON')
    .addHelpText(
      'after',
      '\nWorks without a running pgvigil; what one remembered is read from its state directory.\nExit codes: 0 all well, 1 incident, 2 blind (or problems in the config), 3 wrong usage.',
    )
    .action(async (_, command: Command) => {
      const { config: file, json } = command.optsWithGlobals<{ config?: string; json?: boolean }>();
      const config = await requireConfig(io, file);
      if (!json && io.isTerminal) io.err('looking …\n');
      const secrets = config.servers.flatMap(({ password, tls }) =>
        [password, tls.key].filter((secret) => secret !== undefined),
      );
      const found = await lookOnce(config, {
        clock: io.clock,
        log: createLog({
          level: 'error',
          format: 'text',
          colors: false,
          secrets: () => secrets,
          write: io.err,
        }),
        version: io.version,
        childPrograms: childPrograms(io.env),
      });
      io.out(json ? `${JSON.stringify(found, null, 2)}\n` : diagnoseText(found, io.clock.now()));
      const { incidents, servers } = found.report;
      if (incidents.some(({ kind }) => kind !== 'blind')) throw new CommandError('', INCIDENT);
      if (incidents.length > 0 || servers.some(({ up }) => up !== true)) throw new CommandError('', BLIND);
    });
}
