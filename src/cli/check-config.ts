import type { Command } from 'commander';
import { describeConfig } from '../config/describe.ts';
import { describeWebAccess } from '../config/describe-web.ts';
import { requireConfig } from './config.ts';
import { ConfigError, type Io } from './io.ts';
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
      if (watched.status === 'fulfilled') {
        const written = watched.value;
        // Read where it is wanted: it brings every observer along, and this command is run before each restart.
        const shown = written.docker.discover
          ? await (await import('./discovered.ts')).withDiscovered(io, written)
          : written;
        io.out(describeConfig(shown));
      }
      if (web.status === 'fulfilled' && web.value) io.out(describeWebAccess(web.value.first.config));
    });
}

/** The problems of both files in one error; whatever else went wrong comes first. */
function asOne(failed: readonly unknown[]): unknown {
  const other = failed.find((error) => !(error instanceof ConfigError));
  return other ?? new ConfigError(failed.map((error) => (error as ConfigError).message).join('\n'));
}
