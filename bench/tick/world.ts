import type { Config } from '../../src/model/config.ts';
import type { DiskView } from '../../src/model/disk.ts';
import type { ContainerFacts, DockerView, VolumeFacts } from '../../src/model/docker.ts';
import type { Latest, Seen } from '../../src/model/observation.ts';
import type { CatalogFacts, PostgresView } from '../../src/model/postgres.ts';
import { CONNECT_REASONS, type ConnectReason } from '../../src/model/reason.ts';
import type { Views } from '../../src/observe/look.ts';
import { createCatalogMemory } from '../../src/observe/postgres/catalog.ts';
import { catalogRows } from '../../src/observe/postgres/rows.ts';
import type { Row } from '../../src/observe/postgres/session.ts';
import { CLUSTER, config, serverConfig, serverFacts } from '../../test/kit/world.ts';

/** How much there is to watch. */
export interface Extent {
  readonly servers: number;
  /** On each server. */
  readonly databases: number;
  readonly volumes: number;
  readonly filesystems: number;
}

/** A made-up world in which all is well, as the observers see it second by second. */
export interface TickWorld {
  readonly config: Config;
  readonly clock: { readonly now: () => number; readonly monotonic: () => number };
  /** A second goes by. */
  readonly next: () => void;
  /** What reading every list of databases gives, from the rows as they come over the wire. */
  readonly read: () => void;
  readonly views: () => Views;
}

const SECOND_MS = 1_000;
const CONNECT_SECONDS = 10;
const NO_FAILURES = Object.fromEntries(CONNECT_REASONS.map((reason) => [reason, 0])) as Record<
  ConnectReason,
  number
>;

const nameOf = (server: number): string => `server-${server}`;
const volumeOf = (index: number): string => `data-${index}`;
const names = (count: number, of: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => of(index));

export function createTickWorld({ servers, databases, volumes, filesystems }: Extent): TickWorld {
  const datnames = names(databases, (index) => `tenant_${index}`);
  const rows: readonly Row[] = datnames.map((datname, index) => [
    String(16_384 + index),
    datname,
    'f',
    't',
    '-1',
  ]);
  const all = names(servers, nameOf);
  const memories = new Map(all.map((name) => [name, createCatalogMemory()]));
  const catalogs = new Map<string, CatalogFacts>();
  const inventory = {
    containers: all.map((name, index) => containerOf(name, volumeOf(index))),
    volumes: names(Math.max(volumes, servers), volumeOf).map(volumeFacts),
  };
  const mounts = names(filesystems, (index) => `/mnt/${index}`);
  let second = 0;
  const clock = {
    now: () => Date.UTC(2026, 0, 1) + second * SECOND_MS,
    monotonic: () => 1_000 + second * SECOND_MS,
  };

  function seen<T>(facts: T): Latest<T, never> {
    const look: Seen<T> = { seen: true, facts, at: clock.now(), monotonicMs: clock.monotonic(), tookMs: 1 };
    return { observation: look, lastSeen: look };
  }

  /** What does not change with every look: the fresh connections and the sizes, of the last ten seconds. */
  function slow() {
    const statistics = datnames.map((datname, index) => ({
      oid: 16_384 + index,
      datname,
      connections: (index + second) % 3,
      checksumFailures: undefined,
      mayConnect: true,
    }));
    return {
      connect: seen(serverFacts({ statistics })),
      sizes: seen({
        sizes: datnames.map((datname, index) => ({
          oid: 16_384 + index,
          datname,
          sizeBytes: 7_500_000 + index,
          reason: undefined,
        })),
      }),
      docker: seen(inventory),
      usage: seen({ sizeBytes: 1e12, availBytes: 5e11 - second * 4096, files: 1e7, filesFree: 9e6 }),
    };
  }
  let looks = slow();

  return {
    config: {
      ...config(
        all.map((name) =>
          serverConfig({
            name,
            databases: {
              expect: datnames.slice(0, 10),
              learn: true,
              learnAfterMs: SECOND_MS,
              ignore: [/^tmp_/u],
            },
            docker: { container: name, volume: undefined },
          }),
        ),
      ),
      limits: { servers: 100, databases: 20_000, volumes: 10_000, filesystems: 10_000 },
    },
    clock,
    next() {
      second += 1;
      if (second % CONNECT_SECONDS === 0) looks = slow();
    },
    read() {
      for (const [name, memory] of memories) {
        const facts = { systemIdentifier: CLUSTER, via: 'kept' as const, databases: catalogRows(rows) };
        catalogs.set(name, memory.accept(facts).facts);
      }
    },
    views: () => ({
      servers: new Map(
        all.map((name) => [name, postgresView(seen(catalogs.get(name) as CatalogFacts), looks)]),
      ),
      docker: dockerView(looks.docker),
      disk: diskView(mounts, looks.usage),
      backups: new Map(),
    }),
  };
}

function postgresView(
  catalog: NonNullable<PostgresView['catalog']>,
  { connect, sizes }: Pick<PostgresView, 'connect' | 'sizes'>,
): PostgresView {
  return {
    connect,
    catalog,
    databases: new Map(),
    sizes,
    tables: new Map(),
    dropSessions: [],
    tallies: [{ datname: 'postgres', attempts: 10, failures: NO_FAILURES, lastDurationMs: 3 }],
  };
}

function dockerView(inventory: NonNullable<DockerView['inventory']>): DockerView {
  return {
    enabled: true,
    engine: undefined,
    inventory,
    firstListed: new Map(),
    diskUsage: undefined,
    events: [],
    eventGaps: 0,
    controls: new Map(),
    logLines: new Map(),
    restarts: [],
    eventTallies: [],
  };
}

function diskView(mounts: readonly string[], usage: DiskView['filesystems'][number]['usage']): DiskView {
  return {
    filesystems: mounts.map((mountpoint) => ({
      mountpoint,
      device: '/dev/sdb',
      fstype: 'ext4',
      readonly: false,
      usage,
    })),
    mountpointOf: new Map([['/srv/pgdata', mounts[0] ?? '/']]),
    dropped: 0,
    host: undefined,
  };
}

function containerOf(name: string, volume: string): ContainerFacts {
  return {
    id: `id-of-${name}`,
    name,
    image: 'postgres:15',
    state: 'running',
    createdAt: 0,
    labels: new Map(),
    mounts: [
      {
        type: 'volume',
        volume,
        source: `/var/lib/docker/volumes/${volume}/_data`,
        destination: '/var/lib/postgresql/data',
      },
    ],
    ports: [],
    networkMode: 'bridge',
    addresses: [],
    networks: [],
    exposedPorts: [],
    networkAliases: [],
    inspection: undefined,
  };
}

function volumeFacts(name: string): VolumeFacts {
  return {
    name,
    driver: 'local',
    mountpoint: `/var/lib/docker/volumes/${name}/_data`,
    createdAt: 0,
    dataMissing: false,
    anonymous: false,
    labels: new Map(),
  };
}
