import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { Report } from '../../src/model/report.ts';
import { ensureBuilt } from './build.ts';
import { ROOT } from './bundle.ts';
import { freePort } from './ports.ts';
import { type Exit, type Running, run, start, whileRunning } from './process.ts';
import { waitFor } from './wait.ts';

/** The program as a user starts it. */
export const MAIN = join(ROOT, 'dist/main.js');

/** How long `stop` waits before it kills. */
const GRACE_MS = 5_000;

/** A pgvigil that runs with a configuration of its own in a temporary directory. */
export interface Exporter {
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
  readonly configFile: string;
  readonly stateDirectory: string;
  readonly running: () => Running;
  /** Process id of the program itself, where `running` may be what takes it into a namespace. */
  readonly pid: () => number;
  /** Lines of /metrics that start with this. */
  readonly metrics: (prefix?: string) => Promise<readonly string[]>;
  readonly report: () => Promise<Report>;
  readonly configure: (config: object) => Promise<void>;
  /** Runs a command of the program with this configuration. */
  readonly command: (...args: readonly string[]) => Promise<Exit & { readonly output: string }>;
  /** Ends the process, as asked, and starts it again on the same state. */
  readonly restart: (signal?: NodeJS.Signals) => Promise<void>;
  readonly stop: () => Promise<Exit>;
}

export interface ExporterOptions {
  /** Whether Docker is watched, as the configuration says or by default. */
  readonly docker?: boolean;
  /** A command that starts the program somewhere else: `nsenter …`, `ip netns exec …`. */
  readonly through?: readonly string[];
  /** The address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
}

/** Starts `pgvigil serve` on a free port and waits for its first report. */
export async function startExporter(config: object, options: ExporterOptions = {}): Promise<Exporter> {
  const { through = [], host = '127.0.0.1' } = options;
  await ensureBuilt();
  const directory = await mkdtemp(join(tmpdir(), 'pgvigil-e2e-'));
  const configFile = join(directory, 'pgvigil.yml');
  const stateDirectory = join(directory, 'state');
  const address = `${host}:${await freePort()}`;
  const url = `http://${address}`;
  const configure = (changed: object): Promise<void> =>
    writeFile(
      configFile,
      stringify({
        state: { directory: stateDirectory },
        web: { listen_address: address },
        ...(options.docker ? {} : { docker: false }),
        ...changed,
      }),
    );
  const env = { PATH: process.env['PATH'], HOME: directory };
  const command = (...args: readonly string[]) =>
    run({ command: process.execPath, args: [MAIN, ...args, '--config', configFile], env });

  async function launch(): Promise<Running> {
    const [command = '', ...args] = [...through, process.execPath, MAIN, 'serve', '--config', configFile];
    const running = await start({ command, args, env });
    const ready = waitFor(
      'pgvigil is ready',
      20_000,
      async () => (await fetch(`${url}/-/ready`)).ok || undefined,
    );
    await whileRunning(running, 'pgvigil', ready).catch((error) => {
      if (running.isRunning()) process.kill(programUnder(running.pid), 'SIGKILL');
      throw error;
    });
    return running;
  }

  const signalProgram = (signal: NodeJS.Signals): void => {
    if (!running.isRunning()) return;
    try {
      process.kill(programUnder(running.pid), signal);
    } catch (error) {
      // It may be gone a moment before we are told.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  };

  await configure(config);
  let running = await launch();
  return {
    url,
    address,
    configFile,
    stateDirectory,
    running: () => running,
    pid: () => programUnder(running.pid),
    async metrics(prefix = '') {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith(prefix));
    },
    report: async () => (await (await fetch(`${url}/api/v1/report`)).json()) as Report,
    configure,
    command,
    async restart(signal = 'SIGTERM') {
      signalProgram(signal);
      await running.exited;
      running = await launch();
    },
    async stop() {
      signalProgram('SIGTERM');
      const timer = setTimeout(() => signalProgram('SIGKILL'), GRACE_MS);
      const exit = await running.exited;
      clearTimeout(timer);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
      return exit;
    },
  };
}

/** The first process from this one downwards that is a Node.js. */
function programUnder(pid: number): number {
  for (let at = pid; ; ) {
    if (basename(readlinkSync(`/proc/${at}/exe`)) === basename(process.execPath)) return at;
    const [child] = readFileSync(`/proc/${at}/task/${at}/children`, 'utf8').trim().split(' ');
    if (!child) return pid;
    at = Number(child);
  }
}
