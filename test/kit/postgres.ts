import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ServerConfig } from '../../src/model/config.ts';
import { buildOnce, cacheDirectory } from './build-once.ts';
import { ensurePostgres, type PostgresVersion, postgresBinaries, RUN_AS } from './postgres-binaries.ts';

export { ALL_VERSIONS, type PostgresVersion, postgresBinaries } from './postgres-binaries.ts';

/** As `pg_ctl stop -m`. */
export type StopMode = 'smart' | 'fast' | 'immediate';
const STOP_SIGNAL = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export interface StartOptions {
  readonly version: PostgresVersion;
  /** Runs initdb for a system identifier of its own; else the data directory is a copy of a template. */
  readonly freshIdentity?: boolean;
  /** Settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf in place of trust for everybody. */
  readonly hba?: readonly string[];
  /** Further arguments of initdb; they imply a data directory of its own. */
  readonly initdb?: readonly string[];
  /** Environment of the server, beside PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A free one when absent. */
  readonly port?: number;
}

/** A real server in a temporary directory, on a free port of 127.0.0.1 and on a unix socket. */
export interface Postgres {
  readonly version: PostgresVersion;
  readonly port: number;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  /** `postgres`, let in by trust over the unix socket whatever `hba` says. */
  readonly superuser: 'postgres';
  url(database?: string, user?: string, password?: string): string;
  /** A complete `ServerConfig` with this server's address. */
  config(overrides?: Partial<ServerConfig>): ServerConfig;
  /** Runs as superuser on a connection of its own; rows as objects. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  /** An open superuser session; `end()` it, or it is cut by `dispose`. */
  session(database?: string): Promise<pg.Client>;
  postmasterPid(): number;
  /** Pids of all children of the postmaster. */
  childPids(): number[];
  /** Command lines of all children, as `ps` shows them. */
  childTitles(): string[];
  setHba(lines: readonly string[]): Promise<void>;
  start(): Promise<void>;
  /** Resolves when the postmaster has exited, at the latest after `waitMs`; `false` when it has not. */
  stop(mode?: StopMode, waitMs?: number): Promise<boolean>;
  /** Signals the postmaster alone. */
  signal(signal: NodeJS.Signals): void;
  /** Kills postmaster and children at once. */
  kill(): Promise<void>;
  log(): string;
  /** Ends the server and removes its directory. */
  dispose(): Promise<void>;
}

const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  max_connections: '30',
  max_wal_senders: '0',
  wal_level: 'minimal',
  max_parallel_workers_per_gather: '0',
} as const;
const TRUST = ['host all all 127.0.0.1/32 trust', 'host all all ::1/128 trust'];
const LOCAL = 'local all all trust';
const READY_MS = 30_000;

/** The versions to test with: 18 comes with npm, 15 from the system; with CI=true both must be here. */
export function testVersions(): readonly PostgresVersion[] {
  const versions = ([15, 18] as const).filter((version) => postgresBinaries(version) !== undefined);
  if (versions.length < 2 && process.env['CI'] === 'true') throw new Error('PostgreSQL 15 or 18 is missing');
  return versions;
}

/** Starts a server and waits until it takes connections. */
export async function startPostgres(options: StartOptions): Promise<Postgres> {
  const { version } = options;
  ensurePostgres(version);
  const bin = postgresBinaries(version);
  if (bin === undefined) throw new Error(`PostgreSQL ${version} is not installed`);
  sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(directory, 0o755);
  own(directory);
  const dataDirectory = join(directory, 'data');
  const socketDirectory = join(directory, 'socket');
  mkdirSync(socketDirectory);
  own(socketDirectory);
  if (options.freshIdentity || options.initdb) initdb(bin, dataDirectory, options.initdb ?? []);
  else execFileSync('cp', ['-a', join(template(version, bin), 'data'), dataDirectory]);
  const port = options.port ?? (await freePort());
  const logFile = join(directory, 'log');
  const conf = Object.entries({
    ...SETTINGS,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketDirectory,
    ...options.settings,
  }).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`);
  appendFileSync(join(dataDirectory, 'postgresql.conf'), `\n${conf.join('')}`);
  const writeHba = (lines: readonly string[]): void =>
    writeFileSync(join(dataDirectory, 'pg_hba.conf'), [LOCAL, ...lines, ''].join('\n'));
  writeHba(options.hba ?? TRUST);

  let postmaster: ChildProcess | undefined;
  const alive = (): boolean =>
    postmaster !== undefined && postmaster.exitCode === null && postmaster.signalCode === null;
  const pid = (): number => {
    if (!alive() || postmaster?.pid === undefined) throw new Error('the server does not run');
    return postmaster.pid;
  };
  const cut = (): void => {
    if (!alive()) return;
    for (const child of childrenOf(pid())) quietKill(child, 'SIGKILL');
    quietKill(pid(), 'SIGKILL');
  };
  const last = (): void => {
    cut();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', last);
  const sessions = new Set<pg.Client>();
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ host: socketDirectory, port, user: 'postgres', database });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const query: Postgres['query'] = async (sql, database = 'postgres') => {
    const client = await connect(database);
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const exited = async (waitMs: number): Promise<boolean> => {
    if (!alive()) return true;
    await once(postmaster as ChildProcess, 'exit', { signal: AbortSignal.timeout(waitMs) }).catch(() => {});
    return !alive();
  };

  async function start(): Promise<void> {
    const output = openSync(logFile, 'a');
    const child = spawn(join(bin as string, 'postgres'), ['-D', dataDirectory], {
      stdio: ['ignore', output, output],
      env: { PATH: process.env['PATH'] ?? '', ...options.environment },
      cwd: directory,
      ...RUN_AS,
    });
    closeSync(output);
    postmaster = child;
    const giveUpAt = performance.now() + READY_MS;
    for (;;) {
      if (!alive()) throw new Error(`the server did not start:\n${readFileSync(logFile, 'utf8')}`);
      if (pidFileSaysReady(dataDirectory, child.pid)) return;
      if (performance.now() > giveUpAt) throw new Error(`not ready:\n${readFileSync(logFile, 'utf8')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const server: Postgres = {
    version,
    port,
    dataDirectory,
    socketDirectory,
    superuser: 'postgres',
    url: (database = 'postgres', user = 'postgres', password) =>
      `postgres://${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    config: (overrides) => ({
      name: 'main',
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: undefined,
      database: 'postgres',
      tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
      databases: { expect: [], learn: true, learnAfterMs: 3_600_000, ignore: [] },
      docker: { container: undefined, volume: undefined },
      identity: { systemIdentifier: undefined },
      ...overrides,
    }),
    query,
    async session(database = 'postgres') {
      const client = await connect(database);
      sessions.add(client);
      return client;
    },
    postmasterPid: pid,
    childPids: () => childrenOf(pid()),
    childTitles: () => childrenOf(pid()).map(titleOf),
    async setHba(lines) {
      writeHba(lines);
      await query('SELECT pg_reload_conf()');
      // The postmaster re-reads it a moment later.
      await new Promise((resolve) => setTimeout(resolve, 200));
    },
    start,
    async stop(mode = 'fast', waitMs = 20_000) {
      if (alive()) quietKill(pid(), STOP_SIGNAL[mode]);
      return exited(waitMs);
    },
    signal: (signal) => quietKill(pid(), signal),
    async kill() {
      cut();
      await exited(5000);
    },
    log: () => readFileSync(logFile, 'utf8'),
    async dispose() {
      for (const client of sessions)
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      cut();
      await exited(5000);
      process.off('exit', last);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  return server;
}

/** A port of 127.0.0.1 that nobody listens on, below those that outgoing connections take for themselves. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port was found');
}

/** A data directory that is copied for every server: initdb takes seconds, a copy does not. */
function template(version: PostgresVersion, bin: string): string {
  const path = join(cacheDirectory(), `template-${version}-${BUILD}`);
  return buildOnce(path, (draft) => {
    own(draft);
    initdb(bin, join(draft, 'data'), []);
  });
}
/** Changes when the template would differ. */
const BUILD = 1;

function initdb(bin: string, dataDirectory: string, more: readonly string[]): void {
  execFileSync(
    join(bin, 'initdb'),
    ['-D', dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', ...more],
    { stdio: 'pipe', env: { PATH: process.env['PATH'] ?? '' }, cwd: '/', ...RUN_AS },
  );
}

const PREFIX = 'pgvigil-pg-';

/** Ends and removes what a test process that was killed left behind: its pid is in the name. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    const directory = join(tmpdir(), name);
    const left = readPid(join(directory, 'data'));
    if (left !== undefined && titleOf(left).includes(`${directory}/data`)) {
      for (const child of childrenOf(left)) quietKill(child, 'SIGKILL');
      quietKill(left, 'SIGKILL');
    }
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readPid(dataDirectory: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

/** Line 8 of postmaster.pid (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
function pidFileSaysReady(dataDirectory: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function quietKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

function own(path: string): void {
  if (RUN_AS) chownSync(path, RUN_AS.uid, RUN_AS.gid);
}
