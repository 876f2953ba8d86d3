import type { DatabasesConfig, ServerConfig, TlsConfig } from '../model/config.ts';
import type { Secret } from '../model/secret.ts';
import type { FileDeps } from './given-files.ts';
import { findServerPassword } from './passwords.ts';
import type { Path, Report } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { ServerInput } from './schema-server.ts';
import { readTls } from './tls.ts';
import { parseServerUrl, type ServerUrl } from './url.ts';

/** What is needed to check a server. */
export interface ServerContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: FileDeps;
  readonly problem: Report;
  readonly warning: Report;
  /** Whether something was already reported at this path. */
  readonly isReported: (path: Path) => boolean;
}

/** What the shape of a server leaves open. */
export interface ServerParts {
  readonly url: ServerUrl | undefined;
  readonly password: Secret | undefined;
  readonly tls: TlsConfig;
}

/**
 * Checks what spans several values of a server and reads what it points at; `urlFromEnvironment` takes the place
 * of its `url`.
 */
export function inspectServer(
  server: Salvaged<ServerInput>,
  index: number,
  urlFromEnvironment: string | undefined,
  context: ServerContext,
): ServerParts {
  const path = ['servers', index];
  const { files, problem, warning } = context;
  const url = readUrl(urlFromEnvironment ?? server.url, [...path, 'url'], context);
  const password = findServerPassword(server, url, {
    ...context,
    path,
    urlFromEnvironment: urlFromEnvironment !== undefined,
  });
  const tls = readTls(server.tls ?? {}, url?.host, { files, path, problem, warning });
  checkDatabases(server.databases ?? {}, [...path, 'databases'], context);
  return { url, password, tls };
}

function readUrl(text: string | undefined, path: Path, context: ServerContext): ServerUrl | undefined {
  if (text === undefined) {
    if (!context.isReported(path)) {
      context.problem(path, 'is missing: write postgres://USER@HOST:5432/DATABASE, or set PGVIGIL_URL');
    }
    return undefined;
  }
  const parsed = parseServerUrl(text);
  if (!parsed.ok) {
    context.problem(path, parsed.message);
    return undefined;
  }
  for (const message of parsed.value.warnings) context.warning(path, message);
  return parsed.value;
}

function checkDatabases(
  databases: Salvaged<ServerInput['databases']>,
  path: Path,
  { problem, warning }: ServerContext,
): void {
  const expect = databases.expect ?? [];
  const ignore = databases.ignore ?? [];
  for (const [index, name] of expect.entries()) {
    if (name === undefined) continue;
    const ignored = ignore.findIndex((expression) => expression?.test(name) ?? false);
    if (ignored !== -1) {
      problem(
        [...path, 'expect', index],
        `is expected, but \`ignore[${ignored}]\` matches it: change one of them`,
      );
    }
    if (expect.indexOf(name) < index) warning([...path, 'expect', index], 'is listed twice: delete one');
  }
}

/** Reports every server whose name another one before it has. */
export function checkNames(servers: readonly (Salvaged<ServerInput> | undefined)[], problem: Report): void {
  const names = servers.map((server) => server?.name);
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name !== undefined && first < index) {
      problem(
        ['servers', index, 'name'],
        `is the name of servers[${first}] already: give each server its own`,
      );
    }
  }
}

/** Takes a server whose shape is right and its checked parts, and gives the finished one. */
export function buildServer(
  server: ServerInput,
  parts: ServerParts & { readonly url: ServerUrl },
): ServerConfig {
  const { url, password, tls } = parts;
  return {
    name: server.name,
    host: url.host,
    port: url.port,
    user: url.user,
    password,
    database: url.database,
    tls,
    databases: buildDatabases(server.databases),
    docker: { container: server.docker.container, volume: server.docker.volume },
    identity: { systemIdentifier: server.identity.system_identifier },
  };
}

function buildDatabases(databases: ServerInput['databases']): DatabasesConfig {
  return {
    expect: [...new Set(databases.expect)],
    learn: databases.learn,
    learnAfterMs: databases.learn_after,
    ignore: databases.ignore,
  };
}
