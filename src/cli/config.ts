import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Config } from '../model/config.ts';
import { ConfigError, type Io } from './io.ts';

/** Reads the configuration as every command does: `--config`, the environment, the usual places. */
export function readConfig(io: Io, file: string | undefined): Promise<LoadedConfig> {
  return loadConfig({
    env: io.env,
    workingDirectory: io.workingDirectory,
    ...(file !== undefined && { file }),
  });
}

/** The configuration, or an error that lists every problem. */
export async function requireConfig(io: Io, file: string | undefined): Promise<Config> {
  const loaded = await readConfig(io, file);
  if (!loaded.ok) throw new ConfigError(loaded.problems.map(formatProblem).join('\n'));
  for (const warning of loaded.warnings) io.err(`warning: ${formatProblem(warning)}\n`);
  return loaded.config;
}
