import type { DatabaseMemory, History, ServerMemory } from '../model/history.ts';

/**
 * One history out of two that did not know of each other: `older` from a disk that was silent at the start,
 * `newer` gathered meanwhile. Nothing is forgotten, and the older identity stays the pinned one; where the
 * newer differs it becomes the stranger.
 */
export function mergeHistories(older: History, newer: History): History {
  return {
    servers: union(older.servers, newer.servers, mergeServers),
    volumes: union(older.volumes, newer.volumes, (old, now) => filled(old, now)),
    incidents: new Map([...older.incidents, ...newer.incidents]),
    incidentCounts: union(older.incidentCounts, newer.incidentCounts, (old, now) => old + now),
    bootedAt: newer.bootedAt ?? older.bootedAt,
    lastEventNano: newer.lastEventNano ?? older.lastEventNano,
  };
}

function mergeServers(older: ServerMemory, newer: ServerMemory): ServerMemory {
  const pinned = older.pin ?? newer.pin;
  const other = newer.stranger ?? newer.pin;
  const differs = pinned !== undefined && other?.systemIdentifier !== pinned.systemIdentifier;
  return {
    ...filled(older, newer),
    // What was lost while the disk was silent must not be replaced by what was found meanwhile.
    volume: older.volume ?? newer.volume,
    container: older.container ?? newer.container,
    home: older.home ?? newer.home,
    oomKills: older.oomKills + newer.oomKills,
    pin: pinned,
    stranger:
      differs && other !== undefined
        ? { systemIdentifier: other.systemIdentifier, since: other.since }
        : other === undefined
          ? older.stranger
          : undefined,
    databases: union(older.databases, newer.databases, mergeDatabases),
  };
}

function mergeDatabases(older: DatabaseMemory, newer: DatabaseMemory): DatabaseMemory {
  const pin = older.pin ?? newer.pin;
  const other = newer.stranger ?? newer.pin;
  const same = other?.oid === pin?.oid && other?.systemIdentifier === pin?.systemIdentifier;
  return {
    ...filled(older, newer),
    pin,
    stranger: other === undefined ? older.stranger : same ? undefined : other,
    source: newer.source === 'config' ? 'config' : (older.source ?? newer.source),
    seenMs: older.seenMs + newer.seenMs,
    firstSeenAt: older.firstSeenAt ?? newer.firstSeenAt,
    // It was seen since, or still is not: the newer one knows.
    missingSince:
      newer.firstSeenAt === undefined ? (older.missingSince ?? newer.missingSince) : newer.missingSince,
  };
}

/** What the newer one knows, and what the older one knew beside it. */
function filled<T extends object>(older: T, newer: T): T {
  const known = Object.entries(newer).filter(([, value]) => value !== undefined);
  return { ...older, ...Object.fromEntries(known) } as T;
}

function union<T>(
  older: ReadonlyMap<string, T>,
  newer: ReadonlyMap<string, T>,
  merge: (older: T, newer: T) => T,
): ReadonlyMap<string, T> {
  const both = new Map(older);
  for (const [name, now] of newer) {
    const old = older.get(name);
    both.set(name, old === undefined ? now : merge(old, now));
  }
  return both;
}
