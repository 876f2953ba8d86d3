import { type ChildProcess, spawn } from 'node:child_process';

/** A process that a test started, and the only one it may stop. */
export interface Running {
  readonly pid: number;
  /** Standard output and standard error, in the order of arrival; the last 1 MB. */
  readonly output: () => string;
  readonly exited: Promise<Exit>;
  readonly isRunning: () => boolean;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGTERM, after `graceMs` SIGKILL; resolves when the process is gone, also when it already was. */
  readonly stop: (graceMs?: number) => Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start; without `env` the environment of the test. */
export interface Start {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const KEPT_CHARACTERS = 1_000_000;
/** A test worker that ends early must not leave its processes behind. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts a process with captured output; rejects when it cannot be started. */
export async function start(options: Start): Promise<Running> {
  const child = spawn(options.command, [...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid }),
    ...(options.gid !== undefined && { gid: options.gid }),
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-KEPT_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      alive.delete(child);
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
  alive.add(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} has no pid`);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;

  return {
    pid,
    output: () => text,
    exited,
    isRunning,
    signal: (signal) => void child.kill(signal),
    async stop(graceMs = 5_000) {
      if (!isRunning()) return exited;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Runs a process to its end and gives its exit code and output; the caller decides what a failure is. */
export async function run(options: Start, timeoutMs = 60_000): Promise<Exit & { readonly output: string }> {
  const running = await start(options);
  const timer = setTimeout(() => running.signal('SIGKILL'), timeoutMs);
  try {
    return { ...(await running.exited), output: running.output() };
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until the process answers to `look`; a process that ended instead is an error with its last output. */
export async function whileRunning<T>(running: Running, name: string, ready: Promise<T>): Promise<T> {
  const died = running.exited.then((exit): never => {
    const how = exit.signal ?? `code ${exit.code}`;
    throw new Error(`${name} ended with ${how}:\n${running.output().slice(-2_000)}`);
  });
  died.catch(() => undefined);
  return await Promise.race([ready, died]);
}
