import { lookup } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createSocketServer, type Socket } from 'node:net';
import type { DockerView } from '../../../src/model/docker.ts';
import { createDockerObserver } from '../../../src/observe/docker/observer.ts';
import type { IsWatched } from '../../../src/observe/docker/wake.ts';
import { waitFor } from '../../kit/wait.ts';

/** A Docker observer under test, with what it told. */
export interface Watched {
  view(): DockerView;
  /** Times that it asked for a tick. */
  changes(): number;
  /** What was logged for a person, debugging aside. */
  told(): readonly string[];
  /** Waits until `test` holds for the view; gives how long that took, in milliseconds. */
  until(what: string, ms: number, test: (view: DockerView) => boolean): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts an observer of the engine at `host` that watches what `isWatched` says, everything by default, and takes
 * the servers of the containers for troubled that `needsControl` says, none by default.
 */
export function watchEngine(
  host: string,
  isWatched: IsWatched = () => true,
  intervalMs = 5000,
  needsControl: (containerName: string) => boolean = () => false,
): Watched {
  let changes = 0;
  const told: string[] = [];
  const tell = (_facts: object, message: string): void => void told.push(message);
  const quiet = {
    debug: () => {},
    info: tell,
    warn: tell,
    error: (facts: object) => failures.push(facts),
  };
  const failures: object[] = [];
  const observer = createDockerObserver(
    {
      docker: { enabled: true, host, discover: false, discoverCredentials: 'none' },
      intervals: {
        presence: 1000,
        connect: 10_000,
        docker: intervalMs,
        filesystems: 5000,
        sizes: 60_000,
        backups: 60_000,
      },
      timeouts: { connect: 5000, query: 3000, docker: 2000, filesystem: 2000 },
    },
    {
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      log: quiet,
      lookup,
      changed: () => {
        changes += 1;
      },
      isWatched,
      needsControl,
    },
  );
  observer.start();
  return {
    view: observer.view,
    changes: () => changes,
    told: () => told,
    async until(what, ms, test) {
      const startedAt = performance.now();
      await waitFor(what, ms, () => test(observer.view()) || undefined, 5);
      return performance.now() - startedAt;
    },
    async stop() {
      await observer.stop();
      // What the observer did not foresee is a failure of the test, whatever else it looked at.
      if (failures.length > 0) throw new Error('a look failed unexpectedly', { cause: failures });
    },
  };
}

/** The whole view as text, maps included: what leaves the observer. */
export function printed(view: DockerView): string {
  return JSON.stringify(view, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

/** Whether a volume is listed now; `undefined` while nothing is seen. */
export function hasVolume(view: DockerView, name: string): boolean | undefined {
  const seen = view.inventory?.observation;
  return seen?.seen ? seen.facts.volumes.some((volume) => volume.name === name) : undefined;
}

/** Serves HTTP on a free port of the loopback; gives the address for `docker.host`. */
export async function serveHttp(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `tcp://127.0.0.1:${portOf(server.address())}`, stop: () => stopped(server, []) };
}

/** Hands connections on to a unix socket, and can cut them and refuse new ones. */
export async function relayTo(socketPath: string) {
  const open = new Set<Socket>();
  let passing = true;
  const server = createSocketServer((near) => {
    if (!passing) {
      near.destroy();
      return;
    }
    const far = connect(socketPath);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    host: `tcp://127.0.0.1:${portOf(server.address())}`,
    cut,
    block() {
      passing = false;
      cut();
    },
    pass() {
      passing = true;
    },
    connections: () => open.size / 2,
    stop: () => stopped(server, open),
  };
}

function portOf(address: unknown): number {
  return (address as { readonly port: number }).port;
}

async function stopped(server: { close(done: () => void): void }, open: Iterable<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
  await new Promise<void>((resolve) => server.close(resolve));
}
