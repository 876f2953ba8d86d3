import { byOid } from '../model/by-oid.ts';
import type { DatabaseMemory, ServerMemory } from '../model/history.ts';
import { perObject } from '../model/per-object.ts';
import type { DatabaseSize, DatabaseStatistics, PostgresView } from '../model/postgres.ts';
import type { DatabaseVerdict } from '../model/report.ts';
import type { Instant } from '../model/time.ts';
import type { VerifiedDatabase, VerifiedServer } from '../model/verified.ts';

/** One verdict for every database that is expected or there, in order of name. */
export function diagnoseDatabases(
  memory: ServerMemory,
  verified: VerifiedServer,
  view: PostgresView,
): readonly DatabaseVerdict[] {
  const sizes = byOid(view.sizes?.lastSeen?.facts.sizes);
  const statistics = byOid(verified.up ? view.connect?.lastSeen?.facts.statistics : undefined);
  const facts: Facts = { memory, verified, sizes, statistics };
  return inOrder(memory.databases).map(([datname, database]) => verdict(datname, database, facts));
}

/** By the code units of the names. */
const inOrder = perObject((databases: ServerMemory['databases']) =>
  [...databases].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);

interface Facts {
  readonly memory: ServerMemory;
  readonly verified: VerifiedServer;
  readonly sizes: ReadonlyMap<number, DatabaseSize>;
  readonly statistics: ReadonlyMap<number, DatabaseStatistics>;
}

function verdict(datname: string, database: DatabaseMemory, facts: Facts): DatabaseVerdict {
  const { memory, verified } = facts;
  const found = remembered(
    database,
    verified.databases.get(datname) ?? { ...verified.others, oid: undefined },
  );
  const here = found.presence === 'present' && found.oid !== undefined;
  const statistics = here ? facts.statistics.get(found.oid as number) : undefined;
  return {
    datname,
    oid: found.oid,
    expected: database.source,
    presence: found.presence,
    why: found.why,
    identityMatch: identityMatch(database, found),
    sizeBytes: here ? facts.sizes.get(found.oid as number)?.sizeBytes : undefined,
    connections: statistics?.connections,
    checksumFailures: statistics?.checksumFailures,
    lastSeenAt: lastSeenAt(database, memory),
    missingSince: database.missingSince,
  };
}

/**
 * What was verified lost stays lost until it is verified to be back: while nobody can look, and while there is no more
 * than a row of a database whose files were missing.
 */
function remembered(
  { missingSince, unreadableSince }: DatabaseMemory,
  found: Pick<VerifiedDatabase, 'presence' | 'oid' | 'why'>,
): Pick<VerifiedDatabase, 'presence' | 'oid' | 'why'> {
  if (unreadableSince !== undefined && (found.presence === 'present' || found.presence === 'unknown'))
    return { ...found, presence: 'unreadable', why: 'its data could not be read, and was not seen since' };
  if (missingSince !== undefined && found.presence === 'unknown')
    return { ...found, presence: 'missing', why: 'it was gone when the server was last seen' };
  return found;
}

function identityMatch(
  database: DatabaseMemory,
  found: { presence: string; oid: number | undefined },
): boolean | undefined {
  if (found.presence === 'missing' || found.oid === undefined || database.pin === undefined) return undefined;
  return database.stranger === undefined && database.pin.oid === found.oid;
}

function lastSeenAt(database: DatabaseMemory, memory: ServerMemory): Instant | undefined {
  if (database.firstSeenAt === undefined) return undefined;
  return database.missingSince === undefined
    ? (memory.catalogAt ?? database.firstSeenAt)
    : database.lastSeenAt;
}
