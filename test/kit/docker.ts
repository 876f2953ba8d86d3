/**
 * A private Docker engine, and a PostgreSQL image that is made on the spot: nothing is pulled from a registry.
 *
 * The engine runs beside any other one (own data and exec roots, own socket), without iptables and without the
 * bridge `docker0`. What works against it, each held by docker.real.test.ts:
 * - compose's default network and `ports:` (by docker-proxy), where the kernel has bridges and veth pairs;
 * - `network_mode: host` (give the server `-c listen_addresses=127.0.0.1 -p PORT`) and `network_mode: none`;
 * - in all of them a bind mount of a directory on `/var/run/postgresql`, whose unix socket is reached from here;
 * - `docker-compose` 1.29 up, stop, `down -v`, with named and anonymous volumes and healthchecks.
 * Not: `docker run` without `--network`, which wants docker0; containers that reach the outside world (no NAT).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
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
import { get } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeAddressBlock } from './docker-addresses.ts';
import { program } from './needs.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PrivateDocker {
  readonly socket: string;
  /** `unix://…`, for `docker.host` and DOCKER_HOST. */
  readonly host: string;
  /** The environment of the test with DOCKER_HOST on this engine. */
  readonly env: NodeJS.ProcessEnv;
  readonly rootDirectory: string;
  /** A directory for compose files and sockets that goes away with the engine. */
  readonly workDirectory: string;
  /** Process id of the dockerd that runs now. */
  pid(): number;
  /** Runs `docker …args`; throws with its stderr when it fails. Gives stdout, trimmed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Runs `docker-compose …args` in `directory`; throws with its output when it fails. */
  compose(directory: string, ...args: readonly string[]): Promise<string>;
  /** Makes sure the image is there; gives its name. */
  postgresImage(): Promise<string>;
  /** The small Debian, with PostgreSQL's programs, that the image of PostgreSQL is made of. */
  debianImage(): Promise<string>;
  /** An image of a few kilobytes whose only program sleeps; for containers that need not be PostgreSQL. */
  tinyImage(): Promise<string>;
  freeze(): void;
  thaw(): void;
  /** Ends dockerd with `signal` and starts it again, with `--live-restore` when asked. */
  restart(options?: {
    readonly signal?: 'SIGTERM' | 'SIGKILL';
    readonly liveRestore?: boolean;
  }): Promise<void>;
  /** Ends dockerd and leaves it down; `restart` brings it back. */
  shutDown(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Removes containers, ends the engine, removes everything it wrote. */
  stop(): Promise<void>;
}

const IMAGE = 'postgres:15';
const DEBIAN_IMAGE = 'pgvigil-test/debian:12';
const TINY_IMAGE = 'pgvigil-test/sleep:1';
const RECIPE = join(import.meta.dirname, 'docker-image');

/** Starts a private engine; needs root and Debian's docker.io (see `needs.ts`). */
export async function startDockerd(): Promise<PrivateDocker> {
  // A short path: a unix socket's may have 107 bytes, and containerd adds to it.
  const base = mkdtempSync(join(tmpdir(), 'pgvd-'));
  const socket = join(base, 'docker.sock');
  const rootDirectory = join(base, 'data');
  const workDirectory = join(base, 'work');
  const host = `unix://${socket}`;
  const addresses = takeAddressBlock();
  const env = {
    ...process.env,
    DOCKER_HOST: host,
    DOCKER_CONFIG: join(base, 'config'),
    DOCKER_BUILDKIT: '0',
  };
  mkdirSync(workDirectory);
  let daemon = await launch(false);

  async function launch(liveRestore: boolean) {
    await removeStalePid(join(base, 'exec/containerd/containerd.pid'));
    const log = openSync(join(base, 'dockerd.log'), 'a');
    const child = spawn(
      program('dockerd'),
      [
        ['--data-root', rootDirectory],
        ['--exec-root', join(base, 'exec')],
        ['--host', host],
        ['--pidfile', join(base, 'docker.pid')],
        [
          '--bridge',
          'none',
          '--iptables=false',
          '--ip-forward=false',
          '--ip-masq=false',
          '--shutdown-timeout',
          '5',
        ],
        addresses.dockerdArgs,
        // Without docker0 the engine does not know which address `host-gateway` is.
        ['--host-gateway-ip', hostAddress()],
        liveRestore ? ['--live-restore'] : [],
      ].flat(),
      // A group of its own: an interrupt at the terminal is for the test, which then stops us in order.
      { stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    for (const deadline = Date.now() + 30_000; !(await answers(socket)); await sleep(50)) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        const tail = readFileSync(join(base, 'dockerd.log'), 'utf8').slice(-2000);
        throw new Error(`the private dockerd did not start:\n${tail}`);
      }
    }
    return { child, exited };
  }

  async function shutDown(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    daemon.child.kill('SIGCONT');
    daemon.child.kill(signal);
    const timer = setTimeout(() => daemon.child.kill('SIGKILL'), 20_000);
    await daemon.exited;
    clearTimeout(timer);
  }

  const docker = (...args: readonly string[]): Promise<string> => must(program('docker'), args, { env });
  async function debianImage(): Promise<string> {
    if ((await docker('images', '--quiet', DEBIAN_IMAGE)) === '') await importDebian(docker);
    return DEBIAN_IMAGE;
  }

  return {
    socket,
    host,
    env,
    rootDirectory,
    workDirectory,
    pid: () => daemon.child.pid ?? -1,
    docker,
    compose: (directory, ...args) =>
      must(program('docker-compose'), ['--no-ansi', ...args], { env, cwd: directory }),
    async postgresImage() {
      if ((await docker('images', '--quiet', IMAGE)) === '') {
        await withLines(docker, IMAGE, await debianImage(), POSTGRES_LINES);
      }
      return IMAGE;
    },
    debianImage,
    async tinyImage() {
      if ((await docker('images', '--quiet', TINY_IMAGE)) === '') await importTiny(docker, workDirectory);
      return TINY_IMAGE;
    },
    freeze: () => void daemon.child.kill('SIGSTOP'),
    thaw: () => void daemon.child.kill('SIGCONT'),
    async restart({ signal = 'SIGTERM', liveRestore = false } = {}) {
      if (daemon.child.exitCode === null && daemon.child.signalCode === null) await shutDown(signal);
      daemon = await launch(liveRestore);
    },
    shutDown,
    async stop() {
      daemon.child.kill('SIGCONT');
      if (daemon.child.exitCode === null && daemon.child.signalCode === null) {
        const all = (await docker('ps', '--all', '--quiet').catch(() => '')).split('\n').filter(Boolean);
        if (all.length > 0) await docker('rm', '--force', ...all).catch(() => '');
        await shutDown();
      }
      endLeftovers(base);
      addresses.removeBridges();
      rmSync(base, { recursive: true, force: true, maxRetries: 3, retryDelay: 200 });
    },
  };
}

/** Runs a program to its end; never throws. */
export function run(
  file: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly showStderr?: boolean } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', options.showStderr === true ? 'inherit' : 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
    child.once('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/** Runs a program to its end; gives stdout, trimmed, and throws with all it said when it fails. */
export async function must(
  file: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, options);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout}`);
  return stdout.trim();
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

type DockerCommand = (...args: readonly string[]) => Promise<string>;

/** The filesystem is made once per machine and recipe, outside the repository; a second run only imports it. */
async function importDebian(docker: DockerCommand): Promise<void> {
  const cache = process.env['XDG_CACHE_HOME'] ?? tmpdir();
  const directory = join(cache, 'pgvigil-test-cache');
  const recipe = ['build.sh', 'entrypoint.sh'].map((file) => readFileSync(join(RECIPE, file)));
  const hash = createHash('sha256').update(Buffer.concat(recipe)).digest('hex').slice(0, 12);
  const tarball = join(directory, `postgres-${hash}.tar`);
  mkdirSync(directory, { recursive: true });
  if (!existsSync(tarball)) {
    await must(join(RECIPE, 'build.sh'), [debianMirror(), tarball], { showStderr: true });
  }
  await docker('import', tarball, DEBIAN_IMAGE);
}

const POSTGRES_LINES = [
  'ENTRYPOINT ["docker-entrypoint.sh"]',
  'CMD ["postgres"]',
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin',
  'ENV PGDATA=/var/lib/postgresql/data',
  'VOLUME /var/lib/postgresql/data',
  // A fast shutdown, as the official image has it: it matters to how a server goes down.
  'STOPSIGNAL SIGINT',
];

/** An image that is another one with a few more lines that write nothing. */
async function withLines(
  docker: DockerCommand,
  image: string,
  from: string,
  lines: readonly string[],
): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'pgvd-context-'));
  writeFileSync(join(context, 'Dockerfile'), [`FROM ${from}`, ...lines, ''].join('\n'));
  await docker('build', '--quiet', '--tag', image, context).finally(() =>
    rmSync(context, { recursive: true }),
  );
}

/** One static program and nothing else; built from what the machine has. */
async function importTiny(docker: DockerCommand, directory: string): Promise<void> {
  const tarball = join(directory, 'tiny.tar');
  const made = spawnSync('bash', [join(RECIPE, 'tiny.sh'), tarball], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the tiny image could not be made:\n${made.stderr}`);
  await docker('import', '--change', 'CMD ["/bin/sleep", "1000000"]', tarball, `${TINY_IMAGE}-base`);
  // The first process of a container ignores SIGTERM, and tests do not want to wait for the second signal.
  await withLines(docker, TINY_IMAGE, `${TINY_IMAGE}-base`, ['STOPSIGNAL SIGKILL']);
}

/** The mirror this machine uses itself, in either format of apt's sources, else the public one. */
export function debianMirror(directory = '/etc/apt'): string {
  const listed = existsSync(join(directory, 'sources.list.d'))
    ? readdirSync(join(directory, 'sources.list.d'))
    : [];
  const files = ['sources.list', ...listed.map((file) => join('sources.list.d', file))];
  const texts = files
    .map((file) => join(directory, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  const found = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s*)?)\s*(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(
    texts.join('\n'),
  );
  return found?.[1] ?? 'http://deb.debian.org/debian';
}

/** An address of this machine that a container can reach by its network's gateway. */
export function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return outside?.address ?? '127.0.0.1';
}

/** dockerd takes a containerd that ended for a running one when nobody has collected it (where init does not). */
async function removeStalePid(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const status = join('/proc', readFileSync(file, 'utf8').trim(), 'status');
  const isAlive = (): boolean => existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
  for (let left = 60; left > 0 && isAlive(); left -= 1) await sleep(50);
  if (!isAlive()) rmSync(file, { force: true });
}

/** After a dockerd that was killed: its containerd, its containers and its mounts, known by our directory. */
function endLeftovers(base: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const isOurs = command.includes(`${base}/exec`) && /^\S*containerd/.test(command);
      if (isOurs) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mountpoint) => mountpoint.startsWith(`${base}/`));
  for (const mountpoint of mounts.reverse()) spawnSync('umount', ['--lazy', mountpoint]);
}
