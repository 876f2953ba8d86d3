import type { Command } from 'commander';
import { childPrograms } from '../children.ts';
import { describeConfig } from '../config/describe.ts';
import { describeWebAccess } from '../config/describe-web.ts';
import { findNow } from '../discovery/found-now.ts';
import { createLog } from '../log.ts';
import type { Config } from '../model/config.ts';
import { requireConfig } from './config.ts';
import { ConfigError, type Io } from './io.ts';
import { secretsOf } from './secrets.ts';
import { printable } from './table.ts';
import { requireWebFile, WEB_FILE_HELP } from './web-file.ts';

export function addCheckConfig(program: Command, io: Io): void {
  program
    .command('check-config')
    .description('print every problem of the config with file, line and path, or the effective config')
    .option('--web.config.file <file>', `check this too. ${WEB_FILE_HELP}`)
    .addHelpText('after', '\nExit codes: 0 valid, 2 problems found, 3 wrong usage.')
    .action(async (_, command: Command) => {
      const { config, 'web.config.file': webFile } = command.optsWithGlobals<{
        config?: string;
        'web.config.file'?: string;
      }>();
      const [watched, web] = await Promise.allSettled([
        requireConfig(io, config),
        (async () => requireWebFile(io, webFile))(),
      ]);
      const failed = [watched, web].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      if (failed.length > 0) throw asOne(failed);
      if (watched.status === 'fulfilled') io.out(describeConfig(await withDiscovered(io, watched.value)));
      if (web.status === 'fulfilled' && web.value) io.out(describeWebAccess(web.value.first.config));
    });
}

/** The problems of both files in one error; whatever else went wrong comes first. */
function asOne(failed: readonly unknown[]): unknown {
  const other = failed.find((error) => !(error instanceof ConfigError));
  return other ?? new ConfigError(failed.map((error) => (error as ConfigError).message).join('\n'));
}

/** With the servers that the engine has now; what is wrong with them is no mistake of the file. */
async function withDiscovered(io: Io, config: Config): Promise<Config> {
  if (!config.docker.discover) return config;
  const log = createLog({
    level: 'error',
    format: 'text',
    colors: false,
    secrets: () => secretsOf(config),
    write: io.err,
  });
  const found = await findNow(config, { clock: io.clock, log, childPrograms: childPrograms(io.env) });
  if (found.blind !== undefined) io.err(`warning: nothing can be discovered: ${printable(found.blind)}\n`);
  for (const problem of found.verdict?.problems ?? []) io.err(`warning: ${printable(problem)}\n`);
  return found.config;
}
