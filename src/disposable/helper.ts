import { type ChildProcess, fork } from 'node:child_process';

/** One forked child process that nothing waits for. */
export interface Helper<Question> {
  readonly pid: number | undefined;
  send(question: Question): void;
  /** SIGKILL and cut the channel; a child stuck in the kernel dies when the kernel lets go of it. */
  kill(): void;
  /** Settles when the process has ended and was reaped, or never started. */
  readonly exited: Promise<void>;
}

/** The heap is small, and V8 gets no threads of its own: the child does one small thing at a time. */
const FLAGS = ['--max-old-space-size=32', '--max-semi-space-size=1', '--v8-pool-size=0'];

/** Nothing of our environment, for it may hold secrets; systeminformation finds its programs by PATH. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  MALLOC_ARENA_MAX: '1',
};

/**
 * Forks `modulePath`. Neither the child nor its channel keeps this process alive. `gone` is called once, with
 * the reason, when the child ends or cannot be started.
 */
export function startHelper<Question extends object, Answer>(
  modulePath: string,
  events: { readonly message: (answer: Answer) => void; readonly gone: (detail: string) => void },
  settings: { readonly threads: number; readonly environment: Readonly<Record<string, string>> },
): Helper<Question> {
  let child: ChildProcess;
  try {
    child = fork(modulePath, [], {
      execArgv: FLAGS,
      env: { ...settings.environment, ...ENVIRONMENT, UV_THREADPOOL_SIZE: String(settings.threads) },
      // Not ours: a child in a watched directory would keep it from being unmounted.
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
  } catch (error) {
    const detail = `cannot start: ${(error as Error).message}`;
    setImmediate(() => events.gone(detail));
    return { pid: undefined, send: () => {}, kill: () => {}, exited: Promise.resolve() };
  }
  child.unref();
  child.channel?.unref();

  const exited = new Promise<void>((resolve) => {
    const end = (detail: string): void => {
      resolve();
      events.gone(detail);
    };
    child.once('exit', (code, signal) => end(signal ? `ended by ${signal}` : `ended with code ${code}`));
    child.on('error', (error) => {
      // Without a process there will be no `exit`; any other error of a handle is followed by one.
      if (child.pid === undefined) end(`cannot start: ${error.message}`);
    });
  });
  child.on('message', (answer) => events.message(answer as Answer));

  return {
    pid: child.pid,
    send(question) {
      // A channel that is closed already means that `exit` is on its way.
      child.send(question, () => {});
    },
    kill() {
      child.kill('SIGKILL');
      if (child.connected) child.disconnect();
    },
    exited,
  };
}
