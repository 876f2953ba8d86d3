import fc from 'fast-check';
import { CAUSES, CONFIDENCES, TRIGGERS } from '../../src/model/cause.ts';
import { EVIDENCE_KINDS, EVIDENCE_SOURCES, type Evidence } from '../../src/model/evidence.ts';
import type { DatabaseMemory, History, ServerMemory } from '../../src/model/history.ts';
import { INCIDENT_KINDS, type Incident } from '../../src/model/incident.ts';
import { NEW_DATABASE } from '../../src/remember/remember-database.ts';
import { NEW_SERVER } from '../../src/remember/remember-server.ts';

/** A database that was never seen, with changes. */
export function databaseMemory(changes: Partial<DatabaseMemory> = {}): DatabaseMemory {
  return { ...NEW_DATABASE, ...changes };
}

/** A server that was never seen, with changes. */
export function serverMemory(changes: Partial<ServerMemory> = {}): ServerMemory {
  return { ...NEW_SERVER, ...changes };
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
    incidents: new Map(),
    incidentCounts: new Map(),
    bootedAt: undefined,
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
  tables: maybe(
    fc.record({
      tables: fc.nat(),
      nonEmptyTables: fc.nat(),
      countedAt: instant,
      suspectedAt: maybe(instant),
    }),
  ),
  shrunkSince: maybe(instant),
});

const origin = fc.record({
  key: hostileName,
  container: hostileName,
  host: hostileName,
  port: fc.nat(),
  user: hostileName,
  database: hostileName,
  passwordFile: maybe(hostileName),
  expect: fc.array(hostileName),
  learn: fc.boolean(),
  ignore: fc.array(hostileName),
});

const server: fc.Arbitrary<ServerMemory> = fc.record({
  discovered: maybe(origin),
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
  home: maybe(
    fc.record({ containerId: hostileName, destination: hostileName, composeProject: maybe(hostileName) }),
  ),
  lastUpAt: maybe(instant),
  catalogAt: maybe(instant),
  wellAt: maybe(instant),
  downSince: maybe(instant),
  offVolumeSince: maybe(instant),
  diskFullSince: maybe(instant),
  oomKills: fc.nat(),
  databases: mapOf(database),
});

const symptom = {
  kind: fc.constantFrom(...INCIDENT_KINDS),
  server: hostileName,
  datname: maybe(hostileName),
  volume: maybe(hostileName),
  since: instant,
  needsAcceptance: fc.boolean(),
};

const evidence: fc.Arbitrary<Evidence> = fc.record({
  kind: fc.constantFrom(...EVIDENCE_KINDS),
  at: maybe(instant),
  source: fc.constantFrom(...EVIDENCE_SOURCES),
  facts: fc.dictionary(
    hostileName.filter((name) => name !== '__proto__'),
    fc.oneof(hostileName, fc.integer(), fc.boolean()),
    { noNullPrototype: true },
  ),
});

const incident: fc.Arbitrary<Incident> = fc.record({
  ...symptom,
  id: hostileName,
  cause: fc.constantFrom(...CAUSES),
  trigger: maybe(fc.constantFrom(...TRIGGERS)),
  confidence: fc.constantFrom(...CONFIDENCES),
  evidence: fc.array(evidence, { maxLength: 3 }),
  symptoms: fc.array(fc.record(symptom), { maxLength: 2 }),
});

/** Any history that the program could come to hold, and then some. */
export const anyHistory: fc.Arbitrary<History> = fc.record({
  servers: mapOf(server),
  volumes: mapOf(
    fc.record({ server: hostileName, lastSeenAt: maybe(instant), missingSince: maybe(instant) }),
  ),
  incidents: mapOf(incident),
  incidentCounts: mapOf(fc.nat()),
  bootedAt: maybe(instant),
  lastEventNano: maybe(hostileName),
});
