import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { makeWorkspace, type Workspace } from '../../test/kit/bundle.ts';
import { freePort } from '../../test/kit/ports.ts';
import type { Postgres } from '../../test/kit/postgres.ts';
import { run, start, whileRunning } from '../../test/kit/process.ts';
import { waitFor } from '../../test/kit/wait.ts';
import { memoryOf } from '../measure/processes.ts';
import { WATCHER } from '../measure/server-with.ts';

/** What a user waits for, in ms from the start of the process. */
export interface Starts {
  readonly version: number;
  readonly help: number;
  readonly checkConfig: number;
  /** Where the database is there already: every start of an application but the first. */
  readonly ensure: number;
  readonly ready: number;
  /** The first verified 1 of an expected database. */
  readonly present: number;
  /** A few seconds later. */
  readonly pssBytes: number;
}

const LOOK_MS = 5;
const GIVE_UP_MS = 30_000;
const SETTLE_MS = 5_000;

/** A build, and the Node.js that runs it. */
export interface Program {
  readonly main: string;
  readonly node: string;
}

/** Starts the program with every one of these commands, one after the other. */
export async function measureStarts(program: Program, postgres: Postgres, datname: string): Promise<Starts> {
  const workspace = await makeWorkspace('start');
  try {
    const address = `127.0.0.1:${await freePort()}`;
    const url = postgres.url('postgres', WATCHER);
    const configFile = await workspace.write(
      'pgvigil.yml',
      stringify({
        servers: [{ name: 'main', url, databases: { expect: [datname] } }],
        state: { directory: `${workspace.directory}/state` },
        web: { listen_address: address },
        docker: false,
      }),
    );
    const record = `${workspace.directory}/record.json`;
    const time = (...args: readonly string[]): Promise<number> => timeOf(program, workspace, args);
    return {
      version: await time('--version'),
      help: await time('--help'),
      checkConfig: await time('check-config', '--config', configFile),
      ensure: await time('ensure', '--url', postgres.url(datname), '--record', record),
      ...(await timeOfServe(program, workspace, address, datname)),
    };
  } finally {
    await workspace.remove();
  }
}

async function timeOf(
  { main, node }: Program,
  { directory }: Workspace,
  args: readonly string[],
): Promise<number> {
  const startedAt = performance.now();
  const { code, output } = await run({
    command: node,
    args: [main, ...args],
    env: { PATH: process.env['PATH'], HOME: directory },
    cwd: directory,
  });
  const ms = performance.now() - startedAt;
  if (code !== 0) throw new Error(`pgvigil ${args.join(' ')} ended with ${code}:\n${output}`);
  return ms;
}

async function timeOfServe(
  { main, node }: Program,
  { directory }: Workspace,
  address: string,
  datname: string,
): Promise<Pick<Starts, 'ready' | 'present' | 'pssBytes'>> {
  const startedAt = performance.now();
  const running = await start({
    command: node,
    args: [main, 'serve', '--config', `${directory}/pgvigil.yml`],
    env: { PATH: process.env['PATH'], HOME: directory },
  });
  const until = async (what: string, path: string, is: (text: string) => boolean): Promise<number> => {
    const look = async () => is(await (await fetch(`http://${address}${path}`)).text()) || undefined;
    await whileRunning(running, 'pgvigil', waitFor(what, GIVE_UP_MS, look, LOOK_MS));
    return performance.now() - startedAt;
  };
  try {
    const ready = await until('ready', '/-/ready', (text) => /ready/i.test(text) && !/not ready/i.test(text));
    const line = `pgvigil_database_present{server="main",datname="${datname}"} 1`;
    const present = await until('present', '/metrics', (text) => text.includes(line));
    await sleep(SETTLE_MS);
    return { ready, present, pssBytes: memoryOf(running.pid).pssBytes };
  } finally {
    await running.stop();
  }
}
