import type { Config, ServerConfig } from '../model/config.ts';
import type { ContainerFacts } from '../model/docker.ts';
import type { DatabaseMemory, History, ServerMemory } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Observation } from '../model/observation.ts';
import { perObject } from '../model/per-object.ts';
import type { DatabaseRow, PostgresView, SizesFacts } from '../model/postgres.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { VerifiedServer } from '../model/verified.ts';
import { isIgnored } from './expectations.ts';
import { rememberDatabase } from './remember-database.ts';
import { newEvents } from './remember-events.ts';
import { rememberPlace } from './remember-place.ts';
import { NEW_SERVER, rememberServer } from './remember-server.ts';
import { rememberTables } from './remember-tables.ts';
import { rememberVolumes } from './remember-volumes.ts';

export interface Remembered {
  readonly history: History;
  /** What happened since the tick before, in order: the lines of the journal. */
  readonly happenings: readonly Happening[];
}

/**
 * One tick of memory: (History, Snapshot) → History. Pure. A server that left the config is not looked at and
 * not forgotten: a typo in its name must not cost what is known of it.
 * @param elapsedMs monotonic milliseconds since the tick before; 0 at the first one.
 */
export function remember(
  config: Config,
  history: History,
  snapshot: Snapshot,
  elapsedMs: number,
): Remembered {
  const happenings: Happening[] = [];
  const at = snapshot.at;
  const servers = new Map<string, ServerMemory>();
  const absent = new Map(
    [...history.servers].filter(([name]) => !config.servers.some((server) => server.name === name)),
  );
  const containers = containersById(snapshot);
  for (const server of config.servers) {
    const before = history.servers.get(server.name) ?? NEW_SERVER;
    const view = snapshot.servers.get(server.name);
    const verified = snapshot.verified.get(server.name);
    if (!view || !verified) {
      servers.set(server.name, before);
      continue;
    }
    const note = (happening: Omit<Happening, 'at' | 'server'>): void => {
      happenings.push({ at, server: server.name, ...happening });
    };
    const placement = snapshot.placements.get(server.name);
    const container = placement?.container && containers.get(placement.container.id);
    const listedMs = container && snapshot.docker.firstListed.get(container.id);
    const lookedSince = beganAfter(view.connect?.observation, listedMs);
    const known = rememberServer(
      before,
      { config: server, verified, view, placement, lookedSince, now: at },
      note,
    );
    const filesystem = snapshot.disk.filesystems.find(
      ({ mountpoint }) => mountpoint === placement?.mountpoint,
    );
    const wellHere = lookedSince && known.stranger === undefined && verified.catalogVerified;
    const after = rememberPlace(known, {
      placement,
      container,
      filesystem,
      reason: verified.reason,
      wellHere,
      now: at,
    });
    const databases = rememberDatabases(server, after, verified, view, { elapsedMs, at, note });
    const catalogAt = verified.catalogVerified ? (view.catalog?.observation.at ?? at) : after.catalogAt;
    const wellAt = isWell(after, verified) ? catalogAt : after.wellAt;
    servers.set(server.name, { ...after, databases, catalogAt, wellAt });
  }
  const volumes = rememberVolumes(history.volumes, servers, snapshot.docker, at, (happening) =>
    happenings.push({ at, ...happening }),
  );
  const events = newEvents(snapshot.docker.events, { ...history, servers, volumes });
  return {
    history: {
      servers: new Map([...absent, ...withOomKills(servers, events.happenings)]),
      volumes: new Map([...volumesOf(absent, history), ...volumes]),
      incidents: history.incidents,
      incidentCounts: history.incidentCounts,
      bootedAt: snapshot.disk.host?.lastSeen?.facts.bootedAt ?? history.bootedAt,
      lastEventNano: events.lastEventNano,
    },
    happenings: [...events.happenings, ...happenings],
  };
}

function withOomKills(
  servers: ReadonlyMap<string, ServerMemory>,
  events: readonly Happening[],
): ReadonlyMap<string, ServerMemory> {
  const kills = events.filter(({ details }) => details?.['action'] === 'oom');
  if (kills.length === 0) return servers;
  const next = new Map(servers);
  for (const { server = '' } of kills) {
    const memory = next.get(server);
    if (memory) next.set(server, { ...memory, oomKills: memory.oomKills + 1 });
  }
  return next;
}

function volumesOf(servers: ReadonlyMap<string, ServerMemory>, history: History): History['volumes'] {
  return new Map([...history.volumes].filter(([, { server }]) => servers.has(server)));
}

/** Whether the server itself is as it should be; its databases have memories of their own. */
function isWell(memory: ServerMemory, verified: VerifiedServer): boolean {
  const wrong = memory.downSince ?? memory.stranger?.since ?? memory.offVolumeSince;
  return verified.up === true && verified.catalogVerified && wrong === undefined;
}

/** Whether the look saw, and began after that moment; by the monotonic clock of this process. */
function beganAfter(look: Observation<unknown> | undefined, monotonicMs: number | undefined): boolean {
  return look?.seen === true && monotonicMs !== undefined && look.monotonicMs - look.tookMs >= monotonicMs;
}

function containersById(snapshot: Snapshot): ReadonlyMap<string, ContainerFacts> {
  const listed = snapshot.docker.inventory?.observation;
  return new Map(listed?.seen ? listed.facts.containers.map((container) => [container.id, container]) : []);
}

const NO_ROWS: readonly DatabaseRow[] = [];

interface Tick {
  readonly elapsedMs: number;
  readonly at: number;
  readonly note: (happening: Omit<Happening, 'at' | 'server'>) => void;
}

function rememberDatabases(
  config: ServerConfig,
  memory: ServerMemory,
  verified: VerifiedServer,
  view: PostgresView,
  tick: Tick,
): ReadonlyMap<string, DatabaseMemory> {
  const next = new Map<string, DatabaseMemory>();
  const configured = new Set(config.databases.expect);
  // Nothing is learned from a cluster that took the place of the one we know.
  const learnAfterMs =
    config.databases.learn && memory.stranger === undefined ? config.databases.learnAfterMs : undefined;
  const names = new Set([...configured, ...memory.databases.keys(), ...verified.databases.keys()]);
  const templates = templatesAmong(view.catalog?.lastSeen?.facts.databases ?? NO_ROWS);
  for (const datname of names) {
    const expected = configured.has(datname) || memory.databases.get(datname)?.source !== undefined;
    if (templates.has(datname) && !expected) continue;
    if (isIgnored(datname, config.databases) && !configured.has(datname)) continue;
    const found = verified.databases.get(datname) ?? { ...verified.others, oid: undefined, proven: false };
    const sighting = {
      datname,
      presence: found.presence,
      oid: found.oid,
      proven: found.proven,
      systemIdentifier: verified.systemIdentifier,
      configured: configured.has(datname),
      learnAfterMs,
      elapsedMs: tick.elapsedMs,
      now: tick.at,
      previousCatalogAt: memory.catalogAt,
    };
    const after = rememberDatabase(memory.databases.get(datname), sighting, tick.note);
    const counted = view.tables.get(datname)?.lastSeen;
    if (after) next.set(datname, rememberTables(datname, after, counted, tick.note));
  }
  return beforeIfSame(memory.databases, withSizes(next, view.sizes?.lastSeen?.facts));
}

/** The map of before where the new one holds the same: whoever compares, or made something of it, is done at once. */
function beforeIfSame<T>(
  before: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  if (before.size !== now.size) return now;
  for (const [name, value] of now) if (before.get(name) !== value) return now;
  return before;
}

const templatesAmong = perObject(
  (rows: readonly DatabaseRow[]): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.isTemplate).map((row) => row.datname)),
);

function withSizes(
  databases: Map<string, DatabaseMemory>,
  sizes: SizesFacts | undefined,
): ReadonlyMap<string, DatabaseMemory> {
  for (const { datname, oid, sizeBytes } of sizes?.sizes ?? []) {
    const memory = databases.get(datname);
    if (!memory || sizeBytes === undefined || memory.pin?.oid !== oid || memory.lastSizeBytes === sizeBytes)
      continue;
    databases.set(datname, { ...memory, lastSizeBytes: sizeBytes });
  }
  return databases;
}
