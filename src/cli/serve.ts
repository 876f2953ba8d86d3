import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { WebFile } from '../access.ts';
import { createApp } from '../app.ts';
import { childPrograms } from '../children.ts';
import { scheduledJobs } from '../guard/jobs.ts';
import { createScheduler } from '../guard/schedule.ts';
import { createLog, LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../log.ts';
import type { Config } from '../model/config.ts';
import type { Secret } from '../model/secret.ts';
import type { WebAccess } from '../model/web-access.ts';
import { parseListenAddress, urlOf } from './address.ts';
import { readConfig, requireConfig } from './config.ts';
import type { Io } from './io.ts';
import { secretsOf } from './secrets.ts';
import { requireWebFile, WEB_FILE_HELP } from './web-file.ts';

/**
 * The heap may grow to one and a half times what is alive. What lives from one second to the next is garbage a second
 * later, and by itself V8 lets it lie until the heap is up to four times as large. In force whatever Node.js was given.
 */
const HEAP_GROWTH = '--heap-growing-percent=50';

interface ServeOptions {
  readonly config?: string;
  readonly 'web.listenAddress'?: string;
  readonly 'web.enableLifecycle'?: boolean;
  readonly 'web.config.file'?: string;
  readonly 'log.level': LogLevel;
  readonly 'log.format'?: LogFormat;
}

export function addServe(program: Command, io: Io): void {
  program
    .command('serve')
    .description('watch the configured servers and serve metrics, API and page')
    .option(
      '--web.listen-address <host:port>',
      'where to listen (default: web.listen_address of the config, 127.0.0.1:10187)',
    )
    .option('--web.enable-lifecycle', 'allow POST /-/reload')
    .option('--web.config.file <file>', WEB_FILE_HELP)
    .addOption(
      new Option('--log.level <level>', 'what is logged: this and all that is worse')
        .choices(LOG_LEVELS)
        .default('info'),
    )
    .addOption(new Option('--log.format <format>', 'text on a terminal, else json').choices(LOG_FORMATS))
    .addHelpText(
      'after',
      '\nSIGHUP reads the config again; a bad one changes nothing.\nExit codes: 0 told to stop, 1 failed, 2 problems in the config, 3 wrong usage.',
    )
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<ServeOptions>();
      const config = withWeb(await requireConfig(io, options.config), options);
      await serve(io, config, {
        level: options['log.level'],
        format: options['log.format'],
        webFile: requireWebFile(io, options['web.config.file']),
        configFile: options.config,
        reload: async () => {
          const loaded = await readConfig(io, options.config);
          return loaded.ok ? { ...loaded, config: withWeb(loaded.config, options) } : loaded;
        },
      });
    });
}

function withWeb(config: Config, options: ServeOptions): Config {
  const { 'web.listenAddress': listenAddress, 'web.enableLifecycle': enableLifecycle } = options;
  const web = {
    ...config.web,
    ...(listenAddress && { listenAddress }),
    ...(enableLifecycle && { enableLifecycle }),
  };
  return { ...config, web };
}

export interface ServeSettings {
  readonly level: LogLevel;
  readonly format: LogFormat | undefined;
  /** What `--web.config.file` says; without it everybody may read. */
  readonly webFile?: WebFile | undefined;
  /** From `--config`, for the commands that run by a schedule. */
  readonly configFile?: string | undefined;
  /** Reads the configuration again; without it there is nothing to reload. */
  readonly reload?: Parameters<typeof createApp>[1]['reloadConfig'];
}

/** Runs until the process is told to stop; resolves with the address of the page once it is served. */
export async function serve(io: Io, config: Config, settings: ServeSettings): Promise<string> {
  setFlagsFromString(HEAP_GROWTH);
  let secrets = secretsOf(config);
  const webFile = settings.webFile && {
    ...settings.webFile,
    load: () => {
      const loaded = (settings.webFile as WebFile).load();
      if (loaded.ok) secrets = [...secrets, ...webSecretsOf(loaded.config)];
      return loaded;
    },
  };
  if (webFile) secrets = [...secrets, ...webSecretsOf(webFile.first.config)];
  const log = createLog({
    level: settings.level,
    format: settings.format ?? (io.isTerminal ? 'text' : 'json'),
    colors: io.isTerminal,
    secrets: () => secrets,
    write: io.err,
  });
  const scheduler = createScheduler({
    clock: io.clock,
    log,
    program: [...io.program, ...(settings.configFile === undefined ? [] : ['--config', settings.configFile])],
    env: io.env,
    directory: io.workingDirectory,
  });
  const app = createApp(config, {
    clock: io.clock,
    log,
    version: io.version,
    listen: parseListenAddress(config.web.listenAddress),
    webFile,
    reloadConfig: async () => {
      const loaded = (await settings.reload?.()) ?? { ok: false as const, source: undefined, problems: [] };
      if (loaded.ok) secrets = [...secrets, ...secretsOf(loaded.config)];
      return loaded;
    },
    inForce: (now) => {
      const known = new Set(secrets.map((secret) => secret.reveal()));
      secrets = [...secrets, ...secretsOf(now).filter((secret) => !known.has(secret.reveal()))];
    },
    childPrograms: childPrograms(io.env),
    hashWorkerPath: fileURLToPath(new URL('../present/web/access/hash-worker.js', import.meta.url)),
    watchdogThreadPath: fileURLToPath(new URL('../watchdog/thread.js', import.meta.url)),
    scheduler: {
      apply: (now) => scheduler.apply(scheduledJobs(now)),
      stop: scheduler.stop,
    },
    fatal: (error) => {
      log.error(
        { error: error instanceof Error ? error.stack : String(error) },
        'a bug: pgvigil ends so that its supervisor starts it again',
      );
      io.fatal(error);
    },
  });
  io.onClose(async () => {
    log.info({}, 'stopping');
    await app.stop();
  });
  if (settings.reload) io.onHangup(() => void app.reload());
  const address = urlOf(await app.start(), webFile?.first.config.tls && 'https');
  const servers = [
    ...config.servers.map(({ name, host, port }) => `${name} (${host}:${port})`),
    ...(config.docker.discover ? ['every PostgreSQL container that is found'] : []),
  ].join(', ');
  log.info({ address, servers: config.servers.length }, `watching ${servers}; the page is ${address}`);
  return address;
}

function webSecretsOf({ tls, users }: WebAccess): readonly Secret[] {
  return [...(tls ? [tls.key] : []), ...users.values()];
}
