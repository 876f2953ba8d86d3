import { isDeepStrictEqual } from 'node:util';
import type { BackupSource } from './model/backup-source.ts';
import type { BackupView } from './model/backup-view.ts';
import type { Config, ServerConfig } from './model/config.ts';
import type { DiskView } from './model/disk.ts';
import type { DockerView } from './model/docker.ts';
import type { History } from './model/history.ts';
import type { PostgresView } from './model/postgres.ts';
import type { Report } from './model/report.ts';
import { type BackupDeps, createBackupObserver } from './observe/backups/observer.ts';
import type { Named } from './observe/discovery/taken.ts';
import type { DiskCalls } from './observe/disk/calls.ts';
import { createDiskObserver } from './observe/disk/observer.ts';
import { createDockerObserver } from './observe/docker/observer.ts';
import type { Views } from './observe/look.ts';
import type { NetworkObserverDeps, Observer } from './observe/observer.ts';
import { createAwaitedServer } from './observe/postgres/awaited.ts';
import { createPostgresObserver, type PostgresSettings } from './observe/postgres/observer.ts';

/** What the observers ask the rest of the program. */
export interface ObserversDeps extends NetworkObserverDeps, Pick<BackupDeps, 'backupDisk' | 'runCommand'> {
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
  const backups = new Map<string, Running<BackupView, unknown>>();
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

  /** Ends what is not configured any more. */
  function drop<View>(
    running: Map<string, Running<View, unknown>>,
    configured: readonly { readonly name: string }[],
  ): void {
    for (const [name, { observer }] of running) {
      if (configured.some((one) => one.name === name)) continue;
      running.delete(name);
      void observer.stop();
    }
  }

  function datnamesOf(server: string): readonly string[] {
    const databases = servers.get(server)?.observer.view().catalog?.lastSeen?.facts.databases ?? [];
    return databases.map(({ datname }) => datname);
  }

  function watch(server: ServerConfig, settings: PostgresSettings): Observer<PostgresView> {
    return server.discovered?.reach === 'awaited'
      ? createAwaitedServer()
      : createPostgresObserver(server, settings, deps);
  }

  return {
    apply(config) {
      const { intervals, timeouts, limits, filesystems } = config;
      drop(servers, config.servers);
      drop(backups, config.backups);
      for (const server of config.servers) {
        const settings = { intervals, timeouts, maxDatabases: limits.databases };
        const all = { server: observed(server), secrets: secretsOf(server), settings };
        const create = (): Observer<PostgresView> => watch(server, settings);
        servers.set(server.name, exchange(servers.get(server.name), all, create));
      }
      for (const source of config.backups) {
        const settings = { intervalMs: intervals.backups, stateDirectory: config.state.directory };
        const all = { source, secrets: secretsIn(source), settings };
        const create = (): Observer<BackupView> =>
          createBackupObserver(source, settings, { ...deps, datnamesOf });
        backups.set(source.name, exchange(backups.get(source.name), all, create));
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
        backups: new Map([...backups].map(([name, { observer }]) => [name, observer.view()])),
      };
    },
    async stop() {
      const all = [
        ...servers.values(),
        ...backups.values(),
        ...(docker ? [docker] : []),
        ...(disk ? [disk] : []),
      ];
      await Promise.all(all.map(({ observer }) => observer.stop()));
    },
  };
}

/** What the observer of a server acts on; the rest of its configuration concerns memory only. */
function observed(server: ServerConfig): object {
  const { name, host, port, user, database, tls, databases, discovered } = server;
  const isAwaited = discovered?.reach === 'awaited';
  return { name, host, port, user, database, tls, expect: databases.expect, isAwaited };
}

/** Secrets compare as equal whatever they hold: their text has to be compared as well. */
function secretsOf(server: ServerConfig): readonly (string | undefined)[] {
  return [server.password?.reveal(), server.tls.key?.reveal()];
}

/** The same for all secrets of a source of backups that its observer uses. */
function secretsIn(source: BackupSource): readonly string[] {
  if (source.kind !== 'restic') return [];
  const { password, environment } = source.repository;
  return [password, ...Object.values(environment)].map((secret) => secret.reveal());
}

/** Paths whose filesystems hold data: those of Docker, of servers, and of backups. */
export function dataPathsOf({ docker, backups }: Views, report: Report | undefined): readonly string[] {
  const placed = (report?.servers ?? []).map(({ placement }) => placement.hostPath);
  const directories = [...backups.values()].map(({ directory }) => directory);
  const root = docker.engine?.lastSeen?.facts.rootDirectory;
  return [root, ...placed, ...directories].filter((path) => path !== undefined);
}

/** Whether a container or a volume belongs to a server that is remembered. */
export function isRemembered(
  { servers }: History,
  { type, name }: { readonly type: 'container' | 'volume'; readonly name: string },
): boolean {
  return [...servers.values()].some(({ container, volume }) =>
    type === 'volume' ? volume === name : container?.name === name,
  );
}

/** Whether the server in a container does not let us in, or does not run. */
export function isInTrouble(report: Report | undefined, containerName: string): boolean {
  const servers = report?.servers ?? [];
  return servers.some(({ up, placement }) => up === false && placement.container?.name === containerName);
}

/** What a configuration names already, its scratch servers for restore tests included, and where that was seen. */
export function namedServers(config: Config, views: Views, history: History): readonly Named[] {
  const servers = config.servers.map((server): Named => {
    const connect = views.servers.get(server.name)?.connect;
    return {
      server,
      remoteAddress: connect?.lastSeen?.facts.remoteAddress,
      remembered: history.servers.get(server.name)?.container,
      looked: connect !== undefined,
    };
  });
  const scratch = config.backups.flatMap((source) => {
    const place = 'restoreTest' in source ? source.restoreTest?.scratch : undefined;
    return place === undefined || place === 'embedded' ? [] : [place];
  });
  return [
    ...servers,
    ...scratch.map(({ host, port }) => ({
      server: { host, port, docker: { container: undefined, volume: undefined } },
      remoteAddress: undefined,
      remembered: undefined,
      looked: true,
    })),
  ];
}
