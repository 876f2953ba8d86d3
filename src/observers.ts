import { isDeepStrictEqual } from 'node:util';
import type { Config, ServerConfig } from './model/config.ts';
import type { DiskView } from './model/disk.ts';
import type { DockerView } from './model/docker.ts';
import type { PostgresView } from './model/postgres.ts';
import type { DiskCalls } from './observe/disk/calls.ts';
import { createDiskObserver } from './observe/disk/observer.ts';
import { createDockerObserver } from './observe/docker/observer.ts';
import type { Views } from './observe/look.ts';
import type { Observer, ObserverDeps } from './observe/observer.ts';
import { createPostgresObserver } from './observe/postgres/observer.ts';

/** What the observers ask the rest of the program. */
export interface ObserversDeps extends ObserverDeps {
  readonly diskCalls: DiskCalls;
  readonly readMountinfo: () => string;
  /** Paths whose filesystems hold data. */
  readonly dataPaths: () => readonly string[];
  readonly isWatched: (object: {
    readonly type: 'container' | 'volume';
    readonly name: string;
    readonly id: string;
  }) => boolean;
  /** Whether the server behind a container does not let us in, or does not run. */
  readonly needsControl: (containerName: string) => boolean;
}

/** All observers of a configuration; a new configuration exchanges only those that it concerns. */
export interface Observers {
  apply(config: Config): void;
  views(): Views;
  stop(): Promise<void>;
}

const LOOK_AGAIN_MS = 1000;

interface Running<View, Settings> {
  readonly settings: Settings;
  readonly observer: Observer<View>;
}

export function createObservers(deps: ObserversDeps): Observers {
  const servers = new Map<string, Running<PostgresView, unknown>>();
  let docker: Running<DockerView, unknown> | undefined;
  let disk: Running<DiskView, unknown> | undefined;

  let lookedAgainMs = Number.NEGATIVE_INFINITY;

  /** A container that came or went is why a server answers differently: it is asked again, not more than once a second. */
  function dockerChanged(): void {
    deps.changed();
    const nowMs = deps.clock.monotonic();
    if (nowMs - lookedAgainMs < LOOK_AGAIN_MS) return;
    lookedAgainMs = nowMs;
    for (const { observer } of servers.values()) observer.lookAgain?.();
  }

  /** Keeps what runs with the same settings; else ends it and starts its successor. */
  function exchange<View, Settings>(
    running: Running<View, Settings> | undefined,
    settings: Settings,
    create: () => Observer<View>,
  ): Running<View, Settings> {
    if (running && isDeepStrictEqual(running.settings, settings)) return running;
    const observer = create();
    // The old one lets go of its connections first: the role has few.
    if (running) void running.observer.stop().then(() => observer.start());
    else observer.start();
    return { settings, observer };
  }

  return {
    apply(config) {
      const { intervals, timeouts, limits, filesystems } = config;
      for (const [name, running] of servers) {
        if (config.servers.some((server) => server.name === name)) continue;
        servers.delete(name);
        void running.observer.stop();
      }
      for (const server of config.servers) {
        const settings = { intervals, timeouts, maxDatabases: limits.databases };
        const all = { server: observed(server), secrets: secretsOf(server), settings };
        const create = (): Observer<PostgresView> => createPostgresObserver(server, settings, deps);
        servers.set(server.name, exchange(servers.get(server.name), all, create));
      }
      const forDocker = { docker: config.docker, intervals, timeouts };
      docker = exchange(docker, forDocker, () =>
        createDockerObserver(forDocker, { ...deps, changed: dockerChanged }),
      );
      const ownPaths = [config.state.directory];
      const forDisk = { filesystems, intervals, timeouts, maxFilesystems: limits.filesystems, ownPaths };
      disk = exchange(disk, forDisk, () => createDiskObserver(forDisk, { ...deps, calls: deps.diskCalls }));
    },
    views() {
      if (!docker || !disk) throw new Error('the observers were asked before they were started');
      return {
        servers: new Map([...servers].map(([name, { observer }]) => [name, observer.view()])),
        docker: docker.observer.view(),
        disk: disk.observer.view(),
      };
    },
    async stop() {
      const all = [...servers.values(), ...(docker ? [docker] : []), ...(disk ? [disk] : [])];
      await Promise.all(all.map(({ observer }) => observer.stop()));
    },
  };
}

/** What the observer of a server acts on; the rest of its configuration concerns memory only. */
function observed({ name, host, port, user, database, tls, databases }: ServerConfig): object {
  return { name, host, port, user, database, tls, expect: databases.expect };
}

/** Secrets compare as equal whatever they hold: their text has to be compared as well. */
function secretsOf(server: ServerConfig): readonly (string | undefined)[] {
  return [server.password?.reveal(), server.tls.key?.reveal()];
}
