import { type DiagnoseContext, diagnose } from '../../src/diagnose/diagnose.ts';
import type { BackupView } from '../../src/model/backup-view.ts';
import type { Config, ServerConfig } from '../../src/model/config.ts';
import type { DiskView, FilesystemUsage } from '../../src/model/disk.ts';
import type { ControlFacts, DockerEvent, DockerView, InventoryFacts } from '../../src/model/docker.ts';
import { EMPTY_HISTORY, type History } from '../../src/model/history.ts';
import type { Happening } from '../../src/model/journal.ts';
import { type Latest, latest, type Observation } from '../../src/model/observation.ts';
import type {
  CatalogFacts,
  ConnectedFacts,
  DatabaseRow,
  PostgresView,
  ServerFacts,
  SizesFacts,
  TablesFacts,
} from '../../src/model/postgres.ts';
import type { ConnectReason, DiskReason, DockerReason } from '../../src/model/reason.ts';
import type { DatabaseVerdict, Report, ServerVerdict } from '../../src/model/report.ts';
import { takeSnapshot } from '../../src/observe/look.ts';
import { recordIncidents } from '../../src/remember/record-incidents.ts';
import { remember } from '../../src/remember/remember.ts';

export const CLUSTER = '7711161441652576274';
export const OTHER_CLUSTER = '7722222222222222222';

export function serverConfig(changes: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: 'main',
    host: '127.0.0.1',
    port: 5432,
    user: 'pgvigil',
    password: undefined,
    database: 'postgres',
    tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
    databases: { expect: ['simfab_dev'], learn: true, learnAfterMs: 10_000, ignore: [/^tmp_/u] },
    docker: { container: undefined, volume: undefined },
    identity: { systemIdentifier: undefined },
    ...changes,
  };
}

export function config(servers: readonly ServerConfig[] = [serverConfig()]): Config {
  return {
    servers,
    docker: {
      enabled: true,
      host: 'unix:///var/run/docker.sock',
      discover: false,
      discoverCredentials: 'none',
    },
    filesystems: { include: ['/'], exclude: [] },
    backups: [],
    intervals: {
      presence: 1000,
      connect: 10_000,
      docker: 5000,
      filesystems: 5000,
      sizes: 60_000,
      backups: 60_000,
    },
    timeouts: { connect: 5000, query: 3000, docker: 2000, filesystem: 2000 },
    state: { directory: '/var/lib/pgvigil' },
    alertmanager: {
      urls: [],
      labels: {},
      dashboardUrl: 'http://localhost:3000',
      basicAuth: undefined,
      ca: undefined,
    },
    limits: { servers: 100, databases: 5000, volumes: 500, filesystems: 200 },
    web: { listenAddress: '127.0.0.1:10187', enableLifecycle: false },
  };
}

export function row(datname: string, oid: number, changes: Partial<DatabaseRow> = {}): DatabaseRow {
  return {
    oid,
    datname,
    isTemplate: false,
    allowsConnections: true,
    connectionLimit: -1,
    isBeingDropped: false,
    ...changes,
  };
}

export function serverFacts(changes: Partial<ServerFacts> = {}): ServerFacts {
  return {
    systemIdentifier: CLUSTER,
    timeline: 1,
    checkpointAt: undefined,
    startedAt: undefined,
    inRecovery: false,
    connections: 3,
    maxConnections: 100,
    remoteAddress: '127.0.0.1',
    version: '15.18',
    versionNumber: 150018,
    dataDirectory: '/var/lib/postgresql/data',
    role: { name: 'pgvigil', superuser: false, connectionLimit: 3, missingGrants: [] },
    statistics: [],
    ...changes,
  };
}

/** What the observers of one server see at one moment; what is left out was seen no differently than before. */
export interface Sight {
  readonly connect?: ServerFacts | ConnectReason;
  readonly catalog?: readonly DatabaseRow[] | ConnectReason;
  readonly cluster?: string | undefined;
  readonly probes?: Readonly<Record<string, true | ConnectReason>>;
  readonly inventory?: InventoryFacts | DockerReason;
  readonly events?: readonly DockerEvent[];
  readonly drops?: PostgresView['dropSessions'];
  readonly tables?: Readonly<Record<string, TablesFacts>>;
  /** Sizes in bytes by oid; `undefined`: the files are missing. */
  readonly sizes?: Readonly<Record<number, number | undefined>> | ConnectReason;
  readonly control?: { readonly container: string; readonly systemIdentifier: string };
  readonly filesystem?: FilesystemUsage;
  readonly restarted?: boolean;
  /** By source; nothing is remembered of them. */
  readonly backups?: ReadonlyMap<string, BackupView>;
}

/** A world of one server in which a test tells what is seen, second by second. */
export function createWorld(settings: { config?: Config; history?: History; startAt?: number } = {}) {
  const written = settings.config ?? config();
  let history = settings.history ?? EMPTY_HISTORY;
  let now = settings.startAt ?? Date.UTC(2026, 0, 1, 2, 14, 0);
  const startedAt = now;
  let monotonicMs = 1000;
  let sequence = 0;
  let connect: Latest<ServerFacts, ConnectReason> | undefined;
  let catalog: Latest<CatalogFacts, ConnectReason> | undefined;
  let probes = new Map<string, Latest<ConnectedFacts, ConnectReason>>();
  let inventory: Latest<InventoryFacts, DockerReason> | undefined;
  let events: readonly DockerEvent[] = [];
  let tables = new Map<string, Latest<TablesFacts, ConnectReason>>();
  let controls = new Map<string, Latest<ControlFacts, DockerReason>>();
  let sizes: Latest<SizesFacts, ConnectReason> | undefined;
  let restarts: readonly number[] = [];
  let firstListed: ReadonlyMap<string, number> = new Map();
  let usage: Latest<FilesystemUsage, DiskReason> | undefined;
  let report: Report | undefined;
  let happenings: readonly Happening[] = [];
  const journal: Happening[] = [];

  function observed<T, R extends string>(found: T | R): Observation<T, R> {
    const when = { at: now, monotonicMs, tookMs: 0 };
    return typeof found === 'string'
      ? { seen: false, reason: found as R, detail: `cannot look: ${found}`, ...when }
      : { seen: true, facts: found as T, ...when };
  }

  function tick(sight: Sight = {}, seconds = 1): Report {
    now += seconds * 1000;
    monotonicMs += seconds * 1000;
    if (sight.connect !== undefined)
      connect = latest(connect, observed<ServerFacts, ConnectReason>(sight.connect));
    if (sight.catalog !== undefined) {
      const facts =
        typeof sight.catalog === 'string'
          ? sight.catalog
          : {
              systemIdentifier: 'cluster' in sight ? sight.cluster : CLUSTER,
              via: 'kept' as const,
              databases: sight.catalog,
            };
      catalog = latest(catalog, observed<CatalogFacts, ConnectReason>(facts));
    }
    for (const [datname, found] of Object.entries(sight.probes ?? {})) {
      const next = new Map(probes);
      next.set(
        datname,
        latest(
          probes.get(datname),
          observed<ConnectedFacts, ConnectReason>(found === true ? { datname } : found),
        ),
      );
      probes = next;
    }
    if (sight.inventory !== undefined)
      inventory = latest(inventory, observed<InventoryFacts, DockerReason>(sight.inventory));
    if (sight.events) events = [...events, ...sight.events];
    for (const [datname, counted] of Object.entries(sight.tables ?? {})) {
      const next = new Map(tables);
      tables = next.set(datname, latest(tables.get(datname), observed<TablesFacts, ConnectReason>(counted)));
    }
    if (typeof sight.sizes === 'string') {
      sizes = latest(sizes, observed<SizesFacts, ConnectReason>(sight.sizes));
    } else if (sight.sizes) {
      const measured = Object.entries(sight.sizes).map(([oid, sizeBytes]) => ({
        oid: Number(oid),
        datname: '',
        sizeBytes,
        reason: sizeBytes === undefined ? ('files_missing' as const) : undefined,
      }));
      sizes = latest(sizes, observed<SizesFacts, ConnectReason>({ sizes: measured }));
    }
    if (sight.control) {
      const facts = { systemIdentifier: sight.control.systemIdentifier, clusterState: 'in production' };
      controls = new Map([
        [sight.control.container, latest(undefined, observed<ControlFacts, DockerReason>(facts))],
      ]);
    }
    if (sight.filesystem) usage = latest(usage, observed<FilesystemUsage, DiskReason>(sight.filesystem));
    const listed = inventory?.observation;
    if (listed?.seen) {
      const known = firstListed;
      firstListed = new Map(listed.facts.containers.map(({ id }) => [id, known.get(id) ?? monotonicMs]));
    }
    if (sight.restarted) restarts = [...restarts, now];
    const postgres: PostgresView = {
      connect,
      catalog,
      databases: probes,
      sizes,
      tables,
      dropSessions: sight.drops ?? [],
      tallies: [],
    };
    const docker: DockerView = {
      enabled: true,
      engine: undefined,
      inventory,
      firstListed,
      diskUsage: undefined,
      events,
      eventGaps: 0,
      controls,
      logLines: new Map(),
      restarts,
      eventTallies: [],
    };
    const disk: DiskView = {
      filesystems: usage
        ? [{ mountpoint: '/data', device: '/dev/sdb', fstype: 'ext4', readonly: false, usage }]
        : [],
      mountpointOf: new Map(usage ? [['/srv/pgdata', '/data']] : []),
      dropped: 0,
      host: undefined,
    };
    const clock = { now: () => now, monotonic: () => monotonicMs };
    const snapshot = takeSnapshot(
      written,
      history,
      { servers: new Map([['main', postgres]]), docker, disk, backups: sight.backups ?? new Map() },
      clock,
    );
    const next = remember(written, history, snapshot, sequence === 0 ? 0 : seconds * 1000);
    history = next.history;
    happenings = next.happenings;
    sequence += 1;
    report = diagnose({ config: written, sequence, self: { ...WELL_SELF, startedAt } }, history, snapshot);
    const recorded = recordIncidents(history, report.incidents, now);
    history = recorded.history;
    happenings = [...happenings, ...recorded.happenings];
    journal.push(...happenings);
    return report;
  }

  return {
    tick,
    /** The wall clock jumps; nothing else does. */
    jump(ms: number) {
      now += ms;
    },
    now: () => now,
    history: () => history,
    change(next: History) {
      history = next;
    },
    kinds: () => happenings.map(({ kind }) => kind),
    journal: () => journal,
    server(): ServerVerdict {
      const found = report?.servers[0];
      if (!found) throw new Error('no tick yet');
      return found;
    },
    database(datname: string): DatabaseVerdict | undefined {
      return report?.servers[0]?.databases.find((database) => database.datname === datname);
    },
    incidents: () =>
      report?.incidents.map(({ kind, datname, volume }) =>
        [kind, datname ?? volume ?? ''].join(' ').trim(),
      ) ?? [],
    report(): Report {
      if (!report) throw new Error('no tick yet');
      return report;
    },
  };
}

/** A pgvigil with which nothing is wrong. */
export const WELL_SELF: DiagnoseContext['self'] = {
  version: '0.0.0',
  startedAt: 0,
  stateDurable: true,
  stateCorrupt: false,
  configReloadSuccessful: true,
  configReloadedAt: 0,
  configError: undefined,
  webFile: undefined,
  alertPushes: { delivered: 0, rejected: 0, failed: 0 },
};
