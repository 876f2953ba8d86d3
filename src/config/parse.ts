import { dirname } from 'node:path';
import type { Config } from '../model/config.ts';
import { compile } from './compile.ts';
import { environmentServers, environmentUrls } from './environment.ts';
import { formatPath, type Problem } from './problem.ts';
import type * as source from './source.ts';
import { readYaml } from './yaml.ts';

export type { Problem } from './problem.ts';
export type { ParseDeps } from './source.ts';

/** A configuration with its warnings, or all its problems. */
export type ParsedConfig = source.ParsedConfig<Config>;

/**
 * Takes the text of a configuration file and the name to call it by, and gives the finished `Config` or every
 * problem at once. PGVIGIL_URL in the environment replaces the url of the first server, or gives the servers
 * where the file has none. Relative paths count from the directory of `file`.
 */
export function parseConfig(text: string, file: string, deps: source.ParseDeps): ParsedConfig {
  const yaml = readYaml(text);
  const problems = yaml.problems.map(({ line, column, path, message }): Problem => {
    return { file, line, column, path: formatPath(path), message };
  });
  if (yaml.value === undefined) return { ok: false, problems };

  const urls = environmentUrls(deps.env);
  const written = yaml.value ?? {};
  const lent = urls.length > 0 && hasNoServers(written) ? environmentServers(deps.env) : undefined;
  if (lent !== undefined) problems.push(...lent.problems);
  else if (urls.length > 1) problems.push(TOO_MANY_URLS);
  return compile(
    {
      value: lent === undefined ? written : { ...(written as object), servers: lent.servers },
      directory: dirname(file),
      url: urls[0],
      locate: (path, at) => {
        if (lent !== undefined && path[0] === 'servers') return lent.locate(path);
        if (urls.length > 0 && formatPath(path) === 'servers[0].url') return URL_VARIABLE;
        return { file, ...yaml.locate(path, at) };
      },
      isPlainKey: yaml.isPlainKey,
      problems,
      warnings: [],
    },
    deps,
  );
}

const URL_VARIABLE = { file: 'environment', line: undefined, path: 'PGVIGIL_URL' };

const TOO_MANY_URLS: Problem = {
  ...URL_VARIABLE,
  message:
    'holds several URLs, but takes the place of the first one in the file: write all servers into the file',
};

function hasNoServers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const servers = 'servers' in value ? value.servers : undefined;
  return servers === undefined || (Array.isArray(servers) && servers.length === 0);
}
