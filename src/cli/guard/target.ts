import { loadUrl } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { BackupSource } from '../../model/backup-source.ts';
import type { Config, ServerConfig } from '../../model/config.ts';
import { requireConfig } from '../config.ts';
import { CommandError, ConfigError, EXIT, type Io } from '../io.ts';
import type { GuardOptions } from './options.ts';

/** The database that is to be there, and the server it is to be on. */
export interface Target {
  readonly server: ServerConfig;
  readonly datname: string;
  /** Where the config says that backups of this server are. */
  readonly backups: readonly BackupSource[];
}

/** Longer names are cut by the server, and would never be found again (NAMEDATALEN in PostgreSQL). */
const MAX_NAME_BYTES = 63;
/** There in every cluster: they tell nothing about data. */
const ALWAYS_THERE = ['postgres', 'template0', 'template1'];

/**
 * From `--url`; else from pgvigil's own configuration where `--config`, PGVIGIL_CONFIG or PGVIGIL_URL names one; else
 * from DATABASE_URL, which many applications have; else from the usual files.
 */
export async function requireTarget(io: Io, options: GuardOptions): Promise<Target> {
  const { url, config } = options;
  if (url !== undefined) return chooseTarget(fromUrl(io, '--url', url), options);
  const own = config ?? (io.env['PGVIGIL_CONFIG'] || io.env['PGVIGIL_URL']);
  const application = io.env['DATABASE_URL'];
  if (!own && application) return chooseTarget(fromUrl(io, 'DATABASE_URL', application), options);
  return chooseTarget(await requireConfig(io, config), options);
}

function fromUrl(io: Io, name: string, url: string): Config {
  const loaded = loadUrl(url, io);
  const named = (problem: Parameters<typeof formatProblem>[0]): string =>
    formatProblem({ ...problem, path: problem.path === 'PGVIGIL_URL' ? name : problem.path });
  if (!loaded.ok) throw new ConfigError(loaded.problems.map(named).join('\n'));
  return loaded.config;
}

/** Takes a configuration and what was said beside it, and gives the one database that is meant. */
export function chooseTarget(
  { servers, backups }: Pick<Config, 'servers' | 'backups'>,
  options: { readonly server?: string; readonly database?: string },
): Target {
  if (servers.length === 0)
    throw usage('the config names no server, and this is not done to those that are discovered: give --url');
  const named = servers.filter(({ name }) => name === options.server);
  const [server] = named.length > 0 ? named : servers;
  if (server === undefined || (named.length === 0 && servers.length > 1))
    throw usage(`say which server with --server: ${servers.map(({ name }) => name).join(', ')}`);
  const { expect } = server.databases;
  const [only] = expect;
  if (options.database === undefined && expect.length > 1)
    throw usage(`say which database with --database: ${expect.join(', ')}`);
  const datname = options.database ?? only ?? server.database;
  if (ALWAYS_THERE.includes(datname))
    throw usage(
      `"${datname}" is in every server: name the database of the application in the URL or with --database`,
    );
  if (Buffer.byteLength(datname) > MAX_NAME_BYTES)
    throw usage(
      `the name of the database is longer than ${MAX_NAME_BYTES} bytes, which PostgreSQL would cut off`,
    );
  return { server, datname, backups: backups.filter((source) => source.server === server.name) };
}

function usage(message: string): CommandError {
  return new CommandError(message, EXIT.usage);
}
