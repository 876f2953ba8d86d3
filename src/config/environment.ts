import type { Config } from '../model/config.ts';
import { compile } from './compile.ts';
import type { Path, Problem } from './problem.ts';
import type { ParseDeps, ParsedConfig, Place } from './source.ts';
import { parseServerUrl } from './url.ts';

type Env = ParseDeps['env'];

/** Only there so that one can connect: nobody misses them. */
const DEFAULT_DATABASES = ['postgres', 'template0', 'template1'];

/** Takes the environment and gives the URLs of PGVIGIL_URL, which are separated by commas or spaces. */
export function environmentUrls(env: Env): readonly string[] {
  const text = env['PGVIGIL_URL']?.replace(/^[\s,]+|[\s,]+$/g, '') ?? '';
  // Only before a scheme: a comma in a password must not cut it in two.
  return text === '' ? [] : text.split(/[\s,]+(?=postgres(?:ql)?:\/\/)/i);
}

/** Whether the environment alone says what to watch. */
export function environmentSuffices(env: Env): boolean {
  return environmentUrls(env).length > 0 || Boolean(env['PGVIGIL_DOCKER_DISCOVER']);
}

/** Servers as a file would have them, written down from variables. */
export interface EnvironmentServers {
  readonly servers: readonly object[];
  readonly problems: readonly Problem[];
  /** Where a path under `servers` came from. */
  readonly locate: (path: Path) => Place;
}

/**
 * Takes the environment and gives a server for each URL: `main` where there is one, else called by its host. A
 * database that a URL names is expected, beside those of PGVIGIL_EXPECT.
 */
export function environmentServers(env: Env): EnvironmentServers {
  const urls = environmentUrls(env);
  const problems: Problem[] = [];
  const expected = listOf(env['PGVIGIL_EXPECT']);
  if (urls.length > 1 && expected.length > 0) {
    problems.push(
      environmentProblem(
        'PGVIGIL_EXPECT',
        'has no effect for several servers: name the databases in the URLs, or write a pgvigil.yml',
      ),
    );
  }
  const parsed = urls.map(parseServerUrl);
  const names = serverNames(parsed.map((url) => (url.ok ? url.value : undefined)));
  const servers = urls.map((url, index) => {
    const at = parsed[index];
    const database = at?.ok && !DEFAULT_DATABASES.includes(at.value.database) ? [at.value.database] : [];
    return {
      name: names[index],
      url,
      databases: { expect: [...new Set([...(urls.length === 1 ? expected : []), ...database])], learn: true },
      ...(env['PGVIGIL_PASSWORD_FILE'] && at?.ok && at.value.password === undefined
        ? { password_file: env['PGVIGIL_PASSWORD_FILE'] }
        : {}),
    };
  });
  return { servers, problems, locate: (path) => variable(nameOf(path, expected.length)) };
}

const asWritten = (text: string): unknown => text;

/** Keys of the configuration that one variable each gives, by section, and how a file would have them. */
const KEYS: readonly {
  readonly section: string;
  readonly key: string;
  readonly variable: string;
  readonly read: (text: string) => unknown;
}[] = [
  { section: 'state', key: 'directory', variable: 'PGVIGIL_STATE_DIRECTORY', read: asWritten },
  { section: 'filesystems', key: 'include', variable: 'PGVIGIL_FILESYSTEMS', read: listOf },
  { section: 'alertmanager', key: 'urls', variable: 'PGVIGIL_ALERTMANAGER_URLS', read: listOf },
  { section: 'alertmanager', key: 'dashboard_url', variable: 'PGVIGIL_DASHBOARD_URL', read: asWritten },
];

/** Takes the environment alone, without any file, and gives the `Config` it asks for, or every problem. */
export function parseEnvironment(deps: ParseDeps): ParsedConfig<Config> {
  const { env } = deps;
  const { servers, problems, locate } = environmentServers(env);
  const docker = dockerOf(env);
  return compile(
    {
      value: {
        servers,
        ...(docker.value === undefined ? {} : { docker: docker.value }),
        ...sectionsOf(env),
      },
      directory: '',
      url: servers.length > 0 ? environmentUrls(env)[0] : undefined,
      locate: (path) => {
        if (path[0] === 'docker') return variable(DOCKER_KEYS[String(path[1])] ?? docker.variable);
        const found = KEYS.find(({ section, key }) => section === path[0] && key === path[1]);
        return found ? variable(found.variable) : locate(path);
      },
      isPlainKey: () => false,
      problems,
      warnings: docker.warnings,
    },
    deps,
  );
}

/** Sections with the keys of those variables that are set. */
function sectionsOf(env: Env): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const { section, key, variable: name, read } of KEYS) {
    const text = env[name];
    if (text) sections[section] = { ...sections[section], [key]: read(text) };
  }
  return sections;
}

function serverNames(
  urls: readonly ({ readonly host: string; readonly port: number; readonly database: string } | undefined)[],
): readonly string[] {
  if (urls.length === 1) return ['main'];
  const hosts = urls.map((url) => (url?.host.startsWith('/') ? 'localhost' : url?.host));
  return urls.map((url, index) => {
    // A URL that cannot be read has no host; its problem names the variable.
    const host = hosts[index] ?? `server-${index + 1}`;
    return hosts.filter((other) => other === host).length > 1 ? `${host}:${url?.port}` : host;
  });
}

/** Variables of keys under `docker`, beside its host. */
const DOCKER_KEYS: Readonly<Record<string, string>> = {
  discover: 'PGVIGIL_DOCKER_DISCOVER',
  discover_credentials: 'PGVIGIL_DOCKER_DISCOVER_CREDENTIALS',
};

interface EnvironmentDocker {
  readonly value: unknown;
  /** The one that says where the engine is. */
  readonly variable: string;
  readonly warnings: readonly Problem[];
}

/** Where the engine is, and whether its containers are discovered. */
function dockerOf(env: Env): EnvironmentDocker {
  const at = dockerHostOf(env);
  const more: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(DOCKER_KEYS)) {
    const text = env[name];
    if (text) more[key] = text === 'true' || text === 'false' ? text === 'true' : text;
  }
  if (Object.keys(more).length === 0) return at;
  if (at.value === false) {
    const message = 'has no effect, for Docker is not looked at';
    return { ...at, warnings: [...at.warnings, environmentProblem('PGVIGIL_DOCKER_DISCOVER', message)] };
  }
  return { ...at, value: { ...(at.value as object | undefined), ...more } };
}

/** A DOCKER_HOST for other programs must not stop the watch; our own variable must be right. */
function dockerHostOf(env: Env): EnvironmentDocker {
  const own = env['PGVIGIL_DOCKER_HOST'];
  if (own)
    return { value: own === 'false' ? false : { host: own }, variable: 'PGVIGIL_DOCKER_HOST', warnings: [] };
  const host = env['DOCKER_HOST'];
  if (!host) return { value: undefined, variable: 'DOCKER_HOST', warnings: [] };
  if (/^(unix:\/\/\/|tcp:\/\/)/.test(host)) return { value: { host }, variable: 'DOCKER_HOST', warnings: [] };
  const message = 'is no unix:// or tcp:// address, so Docker is not looked at: set PGVIGIL_DOCKER_HOST';
  return { value: false, variable: 'DOCKER_HOST', warnings: [environmentProblem('DOCKER_HOST', message)] };
}

function nameOf(path: Path, expectedCount: number): string {
  if (path[2] === 'password_file') return 'PGVIGIL_PASSWORD_FILE';
  const item = path[2] === 'databases' && path[3] === 'expect' ? path[4] : undefined;
  return typeof item === 'number' && item < expectedCount ? 'PGVIGIL_EXPECT' : 'PGVIGIL_URL';
}

function listOf(text: string | undefined): readonly string[] {
  const items = (text ?? '').split(',').map((item) => item.trim());
  return [...new Set(items)].filter((item) => item !== '');
}

function variable(path: string): Place & { readonly path: string } {
  return { file: 'environment', line: undefined, path };
}

function environmentProblem(path: string, message: string): Problem {
  return { ...variable(path), message };
}
