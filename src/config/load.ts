import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../model/config.ts';
import { environmentSuffices, parseEnvironment } from './environment.ts';
import { errnoOf } from './given-files.ts';
import { parseConfig } from './parse.ts';
import type { Problem } from './problem.ts';
import type { ParseDeps } from './source.ts';

/** What was found, and where: the path of a file, or `environment`. */
export type LoadedConfig =
  | {
      readonly ok: true;
      readonly source: string;
      readonly config: Config;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly source: string | undefined; readonly problems: readonly Problem[] };

/** Where to look for a configuration. */
export interface LoadOptions {
  /** From `--config`. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working directory: relative paths count from here, except those inside a file. */
  readonly workingDirectory: string;
  /** `/etc/pgvigil/pgvigil.yml`, except in tests. */
  readonly systemFile?: string;
}

const LOCAL_FILE = 'pgvigil.yml';
const SYSTEM_FILE = '/etc/pgvigil/pgvigil.yml';

/**
 * Finds and reads the configuration: `--config`, else PGVIGIL_CONFIG, else pgvigil.yml in the working directory,
 * else /etc/pgvigil/pgvigil.yml, else the environment alone. Never rejects: what goes wrong is a problem.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { env, workingDirectory, systemFile = SYSTEM_FILE } = options;
  const deps = filesFrom(env, workingDirectory);
  const named = options.file ?? (env['PGVIGIL_CONFIG'] || undefined);
  for (const file of named === undefined ? [LOCAL_FILE, systemFile] : [named]) {
    const read = await readText(resolve(workingDirectory, file));
    if (read.text !== undefined) return { source: file, ...parseConfig(read.text, file, deps) };
    if (named !== undefined || read.errno !== 'ENOENT') {
      return { ok: false, source: file, problems: [unreadable(file, read.errno)] };
    }
  }
  if (!environmentSuffices(env)) {
    return { ok: false, source: undefined, problems: [nothingFound(systemFile)] };
  }
  return { source: 'environment', ...parseEnvironment(deps) };
}

/** Takes the URL of one server, as an option or another variable names it, and gives a configuration of it alone. */
export function loadUrl(url: string, options: Pick<LoadOptions, 'env' | 'workingDirectory'>): LoadedConfig {
  const env = { ...options.env, PGVIGIL_URL: url, PGVIGIL_EXPECT: undefined };
  return { source: 'environment', ...parseEnvironment(filesFrom(env, options.workingDirectory)) };
}

function filesFrom(env: ParseDeps['env'], directory: string): ParseDeps {
  return {
    env,
    readFile: (path) => readFileSync(resolve(directory, path), 'utf8'),
    fileMode: (path) => {
      try {
        return statSync(resolve(directory, path)).mode;
      } catch {
        // Reading it says why, with its errno.
        return undefined;
      }
    },
  };
}

async function readText(
  path: string,
): Promise<
  { readonly text: string; readonly errno?: never } | { readonly text?: never; readonly errno: string }
> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    return { errno: errnoOf(error) };
  }
}

function unreadable(file: string, errno: string): Problem {
  const advice = errno === 'ENOENT' ? 'there is no such file' : 'check its owner and mode';
  return { file, line: undefined, path: '', message: `cannot be read (${errno}): ${advice}` };
}

function nothingFound(systemFile: string): Problem {
  return {
    file: LOCAL_FILE,
    line: undefined,
    path: '',
    message: `no configuration found: write ${LOCAL_FILE} here or ${systemFile}, name a file with --config or PGVIGIL_CONFIG, or set PGVIGIL_URL=postgres://USER@HOST:5432/DATABASE, or PGVIGIL_DOCKER_DISCOVER=true`,
  };
}
