import { resolve } from 'node:path';
import type { BackupConnection, Environment, Offsite } from '../model/backup-source.ts';
import type { Secret } from '../model/secret.ts';
import { checkKeys } from './backup-keys.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { findServerPassword, readPasswordFile } from './passwords.ts';
import type { Path } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { BackupInput } from './schema-backups.ts';
import type { ServerInput } from './schema-server.ts';
import type { ServerContext, ServerParts } from './servers.ts';
import { parseServerUrl, type ServerUrl } from './url.ts';

/** A server as far as it is known, to which backups belong. */
export interface KnownServer {
  readonly input: Salvaged<ServerInput> | undefined;
  readonly parts: ServerParts | undefined;
}

/** What the shape of an entry leaves open. */
export interface BackupParts {
  readonly name: string;
  /** Index of its server. */
  readonly server: number;
  readonly connection: BackupConnection | undefined;
  readonly offsite: Offsite | undefined;
  readonly scratch: BackupConnection | undefined;
  /** Of a repository that is only looked at. */
  readonly repositoryPassword: Secret | undefined;
  readonly environment: Environment;
}

/** Checks what spans several values of the entries and reads what they point at. */
export function inspectBackups(
  entries: readonly (Salvaged<BackupInput> | undefined)[],
  servers: readonly KnownServer[],
  context: ServerContext,
): readonly BackupParts[] {
  const names = namesOf(entries, servers);
  const inspected = entries.map((entry, index) => {
    const path = ['backups', index];
    const { problem } = context;
    if (names.indexOf(names[index] ?? '') < index)
      problem([...path, 'name'], 'is the name of another entry already: give each its own', 'key');
    return inspect(entry ?? {}, names[index] ?? '', path, servers, context);
  });
  checkDirectories(entries, inspected, context);
  return inspected;
}

/** Two of our own in one place would each delete what the other has to keep. */
function checkDirectories(
  entries: readonly (Salvaged<BackupInput> | undefined)[],
  parts: readonly BackupParts[],
  { files, problem }: ServerContext,
): void {
  const first = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const server = parts[index]?.server ?? -1;
    if (entry?.kind !== 'pgvigil' || entry.directory === undefined || server === -1) continue;
    const place = JSON.stringify([server, resolve(files.directory, entry.directory)]);
    const other = first.get(place);
    if (other === undefined) first.set(place, index);
    else
      problem(
        ['backups', index, 'directory'],
        `is that of backups[${other}], which is of the same server: each would delete backups of the other, give it its own`,
      );
  }
}

/** The kind alone where that tells entries apart, else with its server. */
function namesOf(
  entries: readonly (Salvaged<BackupInput> | undefined)[],
  servers: readonly KnownServer[],
): readonly string[] {
  const kinds = entries.filter((entry) => entry?.name === undefined).map((entry) => entry?.kind);
  return entries.map((entry, index) => {
    if (entry?.name !== undefined) return entry.name;
    const kind = entry?.kind ?? `backups[${index}]`;
    if (kinds.filter((one) => one === entry?.kind).length < 2) return kind;
    return `${kind}-${entry?.server ?? servers[0]?.input?.name ?? index}`;
  });
}

function inspect(
  entry: Salvaged<BackupInput>,
  name: string,
  path: Path,
  servers: readonly KnownServer[],
  context: ServerContext,
): BackupParts {
  const { files, problem } = context;
  checkKeys(entry, path, context);
  const server = serverOf(entry, path, servers, context);
  const known = servers[server];
  const isOwn = entry.kind === 'pgvigil';
  return {
    name,
    server,
    connection: isOwn ? connectionOf(entry, path, known, context) : undefined,
    offsite: isOwn ? offsiteOf(entry, [...path, 'offsite'], context) : undefined,
    scratch: scratchOf(entry, [...path, 'restore_test', 'scratch'], context),
    repositoryPassword:
      entry.kind === 'restic' && entry.password_file !== undefined
        ? readPasswordFile(entry.password_file, files, (message) =>
            problem([...path, 'password_file'], message),
          )
        : undefined,
    environment: readEnvironmentFile(entry.environment_file, files, (message) =>
      problem([...path, 'environment_file'], message),
    ),
  };
}

function serverOf(
  { server }: Salvaged<BackupInput>,
  path: Path,
  servers: readonly KnownServer[],
  { problem }: ServerContext,
): number {
  const names = servers.map(({ input }) => input?.name);
  if (server === undefined) {
    if (servers.length > 1)
      problem([...path, 'server'], 'is missing: there are several servers, say which one', 'key');
    return 0;
  }
  const index = names.indexOf(server);
  if (index === -1 && !names.includes(undefined))
    problem([...path, 'server'], 'is no name of a server: write one of those under `servers`');
  return index;
}

/** The server's own way, but for what is written here. */
function connectionOf(
  entry: Salvaged<BackupInput>,
  path: Path,
  known: KnownServer | undefined,
  context: ServerContext,
): BackupConnection | undefined {
  const own = known?.parts?.url;
  if (entry.url !== undefined && entry.user !== undefined)
    context.problem([...path, 'user'], 'is given twice, here and in `url`: keep one of them', 'key');
  const url =
    entry.url === undefined
      ? own && { ...own, user: entry.user ?? own.user }
      : urlOf(entry.url, [...path, 'url'], context);
  if (known?.parts === undefined || url === undefined || own === undefined) return undefined;
  const { host, port, user, database } = url;
  const connection = { host, port, user, database, tls: known.parts.tls };
  const isOwn = host === own.host && port === own.port && user === own.user;
  const password =
    isOwn && entry.password_file === undefined
      ? known.parts.password
      : findServerPassword(
          { password_file: entry.password_file },
          // The password in the URL of the server is of its own role.
          entry.url === undefined ? { ...url, password: undefined } : url,
          { ...context, path, urlFromEnvironment: false },
        );
  return { ...connection, password };
}

function urlOf(text: string, path: Path, { problem, warning }: ServerContext): ServerUrl | undefined {
  const parsed = parseServerUrl(text);
  if (!parsed.ok) {
    problem(path, parsed.message);
    return undefined;
  }
  for (const message of parsed.value.warnings) warning(path, message);
  return parsed.value;
}

function offsiteOf(
  { offsite }: Salvaged<BackupInput>,
  path: Path,
  { files, problem }: ServerContext,
): Offsite | undefined {
  if (offsite === undefined) return undefined;
  const { restic, rclone, repositories, max_age: maxAgeMs = 0 } = offsite;
  if (repositories !== undefined)
    problem([...path, 'repositories'], 'belongs to kind `pgbackrest`: name `restic` or `rclone`', 'key');
  else if ((restic === undefined) === (rclone === undefined))
    problem(path, 'must name one of `restic` and `rclone`', 'key');
  const environment = readEnvironmentFile(
    restic?.environment_file ?? rclone?.environment_file,
    files,
    (message) => problem([...path, restic ? 'restic' : 'rclone', 'environment_file'], message),
  );
  if (restic?.repository !== undefined && restic.password_file !== undefined) {
    const password = readPasswordFile(restic.password_file, files, (message) =>
      problem([...path, 'restic', 'password_file'], message),
    );
    if (password === undefined) return undefined;
    return { tool: 'restic', repository: { repository: restic.repository, password, environment }, maxAgeMs };
  }
  if (rclone?.remote === undefined) return undefined;
  if (!/^[^-:\s][^:]*:/.test(rclone.remote))
    problem([...path, 'rclone', 'remote'], 'must be REMOTE:PATH, for example `r2:bucket/pg`');
  return { tool: 'rclone', remote: rclone.remote, configFile: rclone.config_file, environment, maxAgeMs };
}

function scratchOf(
  { restore_test: test }: Salvaged<BackupInput>,
  path: Path,
  context: ServerContext,
): BackupConnection | undefined {
  const scratch = test?.scratch;
  if (scratch === undefined || typeof scratch === 'string' || scratch.url === undefined) return undefined;
  const url = urlOf(scratch.url, [...path, 'url'], context);
  if (url === undefined) return undefined;
  const password = findServerPassword({ password_file: scratch.password_file }, url, {
    ...context,
    path,
    urlFromEnvironment: false,
  });
  const { host, port, user, database } = url;
  // In a network of its own, without a certificate.
  const tls = { mode: 'disable', ca: undefined, cert: undefined, key: undefined } as const;
  return { host, port, user, database, tls, password };
}
