import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './needs.ts';
import { type Exit, type Running, run, start } from './process.ts';
import { waitFor } from './wait.ts';

/** Mounts and processes of its own: what hangs in here is seen by nobody else on the machine. */
export interface Namespace {
  /** What starts a program inside, for somebody else to start it. */
  readonly through: readonly string[];
  /** Process id of its first process, as it is outside. */
  readonly pid: string;
  /** Starts a program inside; its pid inside is another one than outside. */
  start(command: string, ...args: readonly string[]): Promise<Running>;
  /** Runs a program inside to its end, which has to be a good one. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Mounts a FUSE filesystem that misbehaves; gives the pid of its server inside. */
  fuse(mountpoint: string, mode: 'hang' | 'eio' | 'ok'): Promise<number>;
  /** Ends everything inside. */
  stop(): Promise<Exit>;
}

/** Starts a namespace, with a network of its own if that is wanted; needs `mounts`. */
export async function startNamespace(more: readonly '--net'[] = []): Promise<Namespace> {
  // The first process inside reaps orphans; when it is killed the kernel kills all others.
  const init = 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done';
  const kinds = ['--mount', '--pid', ...more];
  const args = [...kinds, '--fork', '--mount-proc', '--kill-child', 'bash', '-c', init];
  const unshare = await start({ command: program('unshare'), args });
  const pid = await waitFor('the namespace', 5_000, () => {
    const children = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').trim();
    return children === '' || !isShell(children) ? undefined : children;
  });
  const started: Running[] = [];
  const through = [program('nsenter'), '-t', pid, ...kinds, '--'];
  const inside = (command: string, args: readonly string[]) => ({
    command: program('nsenter'),
    args: [...through.slice(1), command, ...args],
  });

  async function launch(command: string, ...args: readonly string[]): Promise<Running> {
    const running = await start(inside(command, args));
    started.push(running);
    return running;
  }

  return {
    through,
    pid,
    start: launch,
    async run(command, ...args) {
      const { code, output } = await run(inside(command, args), 20_000);
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
      return output;
    },
    async fuse(mountpoint, mode) {
      const script = join(import.meta.dirname, 'fuse.py');
      const server = await launch(program('python3'), script, mountpoint, mode);
      return waitFor(`fuse ${mode}`, 10_000, () => {
        if (!server.isRunning()) throw new Error(server.output());
        return Number.parseInt(server.output(), 10) || undefined;
      });
    },
    async stop() {
      // unshare itself ignores SIGTERM; the kernel ends all that is inside.
      unshare.signal('SIGKILL');
      // nsenter stops together with a program that is stopped, and would then stay for ever.
      for (const running of started) running.signal('SIGKILL');
      return unshare.exited;
    },
  };
}

/** `unshare` mounts /proc between the fork and the start of the shell. */
function isShell(pid: string): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'bash';
}
