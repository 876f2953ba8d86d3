import type { DatabaseMemory, ServerMemory } from '../model/history.ts';
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
  const sizes = new Map(view.sizes?.lastSeen?.facts.sizes.map((size) => [size.oid, size]));
  const statistics = new Map(
    verified.up ? view.connect?.lastSeen?.facts.statistics.map((row) => [row.oid, row]) : [],
  );
  return [...memory.databases]
    .map(([datname, database]) => verdict(datname, database, { memory, verified, sizes, statistics }))
    .sort((a, b) => (a.datname < b.datname ? -1 : a.datname > b.datname ? 1 : 0));
}

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

/** A row alone does not end a loss of files: what was unreadable stays so until it was entered or measured. */
function remembered(
  database: DatabaseMemory,
  found: Pick<VerifiedDatabase, 'presence' | 'oid' | 'why'>,
): Pick<VerifiedDatabase, 'presence' | 'oid' | 'why'> {
  if (found.presence !== 'present' || database.unreadableSince === undefined) return found;
  return { ...found, presence: 'unreadable', why: 'its files were missing, and it was not entered since' };
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
