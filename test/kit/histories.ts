import fc from 'fast-check';
import type { DatabaseMemory, History, ServerMemory } from '../../src/model/history.ts';

/** A database that was never seen, with changes. */
export function databaseMemory(changes: Partial<DatabaseMemory> = {}): DatabaseMemory {
  return {
    pin: undefined,
    stranger: undefined,
    source: undefined,
    seenMs: 0,
    firstSeenAt: undefined,
    lastSeenAt: undefined,
    missingSince: undefined,
    unreadableSince: undefined,
    lastSizeBytes: undefined,
    ...changes,
  };
}

/** A server that was never seen, with changes. */
export function serverMemory(changes: Partial<ServerMemory> = {}): ServerMemory {
  return {
    pin: undefined,
    stranger: undefined,
    timeline: undefined,
    dataDirectory: undefined,
    container: undefined,
    volume: undefined,
    lastUpAt: undefined,
    catalogAt: undefined,
    downSince: undefined,
    oomKills: 0,
    databases: new Map(),
    ...changes,
  };
}

/** A history with one server `main` and these databases. */
export function historyOf(
  databases: Readonly<Record<string, Partial<DatabaseMemory>>>,
  server: Partial<ServerMemory> = {},
): History {
  const memories = Object.entries(databases).map(
    ([name, changes]) => [name, databaseMemory(changes)] as const,
  );
  return {
    servers: new Map([['main', serverMemory({ ...server, databases: new Map(memories) })]]),
    volumes: new Map(),
    lastEventNano: undefined,
  };
}

const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Names with everything that breaks formats: quotes, newlines, half surrogate pairs, names of the prototype. */
export const hostileName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    '\ud800',
    'a"b\\c\nd',
    '\u2028',
    '\ufeff',
    '}\n',
  ),
);
const mapOf = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(hostileName, value), { maxLength: 4 }).map((entries) => new Map(entries));
const databasePin = fc.record({ systemIdentifier: maybe(hostileName), oid: fc.nat(), since: instant });

const database: fc.Arbitrary<DatabaseMemory> = fc.record({
  pin: maybe(databasePin),
  stranger: maybe(databasePin),
  source: maybe(fc.constantFrom('config', 'learned')),
  seenMs: fc.double({ min: 0, max: 1e15, noNaN: true }),
  firstSeenAt: maybe(instant),
  lastSeenAt: maybe(instant),
  missingSince: maybe(instant),
  unreadableSince: maybe(instant),
  lastSizeBytes: maybe(fc.maxSafeNat()),
});

const server: fc.Arbitrary<ServerMemory> = fc.record({
  pin: maybe(
    fc.record({
      systemIdentifier: hostileName,
      source: fc.constantFrom('config', 'learned', 'accepted'),
      since: instant,
    }),
  ),
  stranger: maybe(fc.record({ systemIdentifier: hostileName, since: instant })),
  timeline: maybe(fc.nat()),
  dataDirectory: maybe(hostileName),
  container: maybe(fc.record({ id: hostileName, name: hostileName })),
  volume: maybe(hostileName),
  lastUpAt: maybe(instant),
  catalogAt: maybe(instant),
  downSince: maybe(instant),
  oomKills: fc.nat(),
  databases: mapOf(database),
});

/** Any history that the program could come to hold, and then some. */
export const anyHistory: fc.Arbitrary<History> = fc.record({
  servers: mapOf(server),
  volumes: mapOf(
    fc.record({ server: hostileName, lastSeenAt: maybe(instant), missingSince: maybe(instant) }),
  ),
  lastEventNano: maybe(hostileName),
});
