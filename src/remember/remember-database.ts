import type { DatabaseMemory, DatabasePin } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Instant } from '../model/time.ts';
import type { Presence } from '../model/verified.ts';

/** What one tick says of one database. */
export interface DatabaseSighting {
  readonly datname: string;
  readonly presence: Presence;
  readonly oid: number | undefined;
  /** It was entered or measured: more than a row. */
  readonly proven: boolean;
  readonly systemIdentifier: string | undefined;
  /** Named in the config. */
  readonly configured: boolean;
  /** May become expected by being seen long enough. */
  readonly learnAfterMs: number | undefined;
  readonly elapsedMs: number;
  readonly now: Instant;
  /** When the list of databases was read before this tick. */
  readonly previousCatalogAt: Instant | undefined;
}

type Note = (happening: Omit<Happening, 'at' | 'server'>) => void;

export const NEW_DATABASE: DatabaseMemory = {
  pin: undefined,
  stranger: undefined,
  source: undefined,
  seenMs: 0,
  firstSeenAt: undefined,
  lastSeenAt: undefined,
  missingSince: undefined,
  unreadableSince: undefined,
  lastSizeBytes: undefined,
  tables: undefined,
  shrunkSince: undefined,
};

/** The memory of one database after one tick; the same object when nothing changed; `undefined`: forgotten. */
export function rememberDatabase(
  memory: DatabaseMemory | undefined,
  sighting: DatabaseSighting,
  note: Note,
): DatabaseMemory | undefined {
  const before = memory ?? NEW_DATABASE;
  const expected = withSource(before, sighting);
  switch (sighting.presence) {
    case 'present':
      // A row alone does not end a loss of files: after a restart nothing has been entered yet.
      if (expected.unreadableSince !== undefined && !sighting.proven && sighting.oid === expected.pin?.oid)
        return expected;
      return present(memory === undefined, expected, sighting, note);
    case 'unreadable':
      return unreadable(expected, sighting, note);
    case 'unknown':
      return expected === NEW_DATABASE ? undefined : expected;
    case 'missing':
      return missing(expected, sighting, note);
  }
}

/** A configured database is expected at once; one that left the config stays expected if it was ever seen. */
function withSource(memory: DatabaseMemory, { configured }: DatabaseSighting): DatabaseMemory {
  if (configured) return memory.source === 'config' ? memory : { ...memory, source: 'config' };
  if (memory.source !== 'config') return memory;
  return { ...memory, source: memory.pin === undefined ? undefined : 'learned' };
}

function present(
  isNew: boolean,
  before: DatabaseMemory,
  sighting: DatabaseSighting,
  note: Note,
): DatabaseMemory {
  const { datname, now } = sighting;
  let memory = before;
  if (memory.firstSeenAt === undefined) {
    memory = { ...memory, firstSeenAt: now };
    if (isNew) note({ kind: 'database_appeared', datname, details: identityDetails(sighting) });
  }
  if (memory.missingSince !== undefined) {
    note({ kind: 'database_returned', datname, details: identityDetails(sighting) });
    memory = { ...memory, missingSince: undefined, lastSeenAt: undefined };
  }
  if (memory.unreadableSince !== undefined) memory = { ...memory, unreadableSince: undefined };
  memory = identified(memory, sighting, note);
  return learned(memory, sighting, note);
}

/** Pins the first identity seen; afterwards another identity under the same name is a stranger. */
function identified(memory: DatabaseMemory, sighting: DatabaseSighting, note: Note): DatabaseMemory {
  const { oid, systemIdentifier, datname, now } = sighting;
  if (oid === undefined) return memory;
  if (memory.pin === undefined) return { ...memory, pin: { oid, systemIdentifier, since: now } };
  if (sameIdentity(memory.pin, oid, systemIdentifier)) {
    const pin =
      memory.pin.systemIdentifier === undefined && systemIdentifier !== undefined
        ? { ...memory.pin, systemIdentifier }
        : memory.pin;
    return memory.stranger === undefined && pin === memory.pin
      ? memory
      : { ...memory, pin, stranger: undefined };
  }
  if (memory.source === undefined)
    return { ...memory, pin: { oid, systemIdentifier, since: now }, seenMs: 0 };
  if (memory.stranger && memory.stranger.oid === oid && memory.stranger.systemIdentifier === systemIdentifier)
    return memory;
  note({
    kind: 'database_replaced',
    datname,
    details: { ...identityDetails(sighting), pinned_oid: memory.pin.oid },
  });
  return {
    ...memory,
    stranger: { oid, systemIdentifier, since: now },
    lastSeenAt: sighting.previousCatalogAt,
  };
}

/** Unknown system identifiers agree with everything: they prove nothing. */
function sameIdentity(pin: DatabasePin, oid: number, systemIdentifier: string | undefined): boolean {
  if (pin.oid !== oid) return false;
  return (
    pin.systemIdentifier === undefined ||
    systemIdentifier === undefined ||
    pin.systemIdentifier === systemIdentifier
  );
}

function learned(memory: DatabaseMemory, sighting: DatabaseSighting, note: Note): DatabaseMemory {
  if (memory.source !== undefined || sighting.learnAfterMs === undefined) return memory;
  const seenMs = memory.seenMs + sighting.elapsedMs;
  if (seenMs < sighting.learnAfterMs) return seenMs === memory.seenMs ? memory : { ...memory, seenMs };
  note({ kind: 'database_expected', datname: sighting.datname, details: identityDetails(sighting) });
  return { ...memory, seenMs, source: 'learned' };
}

function missing(memory: DatabaseMemory, sighting: DatabaseSighting, note: Note): DatabaseMemory | undefined {
  const { datname, now } = sighting;
  if (memory.source === undefined) {
    if (memory.firstSeenAt !== undefined) note({ kind: 'database_gone', datname });
    return undefined;
  }
  if (memory.missingSince !== undefined) return memory;
  const lastSeenAt =
    memory.firstSeenAt === undefined ? undefined : (memory.lastSeenAt ?? sighting.previousCatalogAt);
  note({
    kind: 'database_missing',
    datname,
    details: {
      ...(memory.pin && { oid: memory.pin.oid }),
      ...(memory.lastSizeBytes !== undefined && { last_size_bytes: memory.lastSizeBytes }),
    },
  });
  return { ...memory, missingSince: now, unreadableSince: undefined, lastSeenAt };
}

/** The name is still there: this is not the time to forget it, nor to call it back. */
function unreadable(
  memory: DatabaseMemory,
  { datname, now, previousCatalogAt }: DatabaseSighting,
  note: Note,
): DatabaseMemory {
  if (memory.unreadableSince !== undefined) return memory;
  note({ kind: 'database_unreadable', datname });
  const lastSeenAt = memory.firstSeenAt === undefined ? undefined : previousCatalogAt;
  return { ...memory, unreadableSince: now, firstSeenAt: memory.firstSeenAt ?? now, lastSeenAt };
}

function identityDetails({ oid, systemIdentifier }: DatabaseSighting): Record<string, string | number> {
  return {
    ...(oid !== undefined && { oid }),
    ...(systemIdentifier !== undefined && { system_identifier: systemIdentifier }),
  };
}
