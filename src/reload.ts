import type { LoadedConfig } from './config/load.ts';
import { formatProblem } from './config/problem.ts';
import type { Config } from './model/config.ts';
import type { Log } from './model/log.ts';
import type { SelfVerdict } from './model/report.ts';
import type { Clock } from './model/time.ts';

/** Whether a file was taken, in words for a person. */
export interface Reloaded {
  readonly ok: boolean;
  readonly message: string;
}

/** Reads the configuration again; a bad one changes nothing. */
export interface Reloader {
  reload(): Promise<Reloaded>;
  verdict(): Pick<SelfVerdict, 'configReloadSuccessful' | 'configReloadedAt' | 'configError'>;
}

export interface ReloaderDeps {
  readonly load: () => Promise<LoadedConfig>;
  /** What is in force. */
  readonly config: () => Config;
  /** Puts another one in force. */
  readonly use: (config: Config) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keys that a running process cannot exchange. */
function fixedKeys(before: Config, now: Config): readonly string[] {
  return [
    ...(before.state.directory === now.state.directory ? [] : ['state.directory']),
    ...(before.web.listenAddress === now.web.listenAddress ? [] : ['web.listen_address']),
    ...(before.web.enableLifecycle === now.web.enableLifecycle ? [] : ['web.enable_lifecycle']),
  ];
}

/** Begins with a configuration that is in force already. */
export function createReloader({ load, config, use, clock, log }: ReloaderDeps): Reloader {
  let last = { successful: true, at: clock.now(), error: undefined as string | undefined };
  return {
    async reload() {
      const loaded = await load();
      if (!loaded.ok) {
        const message = loaded.problems.map(formatProblem).join('\n');
        last = { ...last, successful: false, error: message };
        log.error(
          { problems: loaded.problems.length },
          `the new configuration is not used, the last good one stays: ${message}`,
        );
        return { ok: false, message };
      }
      const fixed = fixedKeys(config(), loaded.config);
      if (fixed.length > 0) log.warn({ keys: fixed }, 'these keys take effect at a restart only');
      use(loaded.config);
      last = { successful: true, at: clock.now(), error: undefined };
      log.info({ servers: loaded.config.servers.length }, 'the configuration was reloaded');
      return { ok: true, message: 'the configuration was reloaded' };
    },
    verdict: () => ({
      configReloadSuccessful: last.successful,
      configReloadedAt: last.at,
      configError: last.error,
    }),
  };
}
