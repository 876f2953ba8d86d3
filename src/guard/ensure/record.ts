import type { Instant } from '../../model/time.ts';
import type { TableCount, Testimony } from './decide.ts';

/** Who a server and its databases are, kept outside of the data. Identifiers are decimal text. */
export interface IdentityRecord {
  readonly systemIdentifier: string;
  readonly databases: ReadonlyMap<string, RecordedDatabase>;
  readonly history: readonly RecordEvent[];
}

export interface RecordedDatabase {
  readonly oid: string;
  /** Of the cluster that held it, where the record names another one by now and nobody has accepted that for this database. */
  readonly systemIdentifier?: string;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  /** When it was last as usual. */
  readonly tables: TableCount | undefined;
}

export const RECORD_EVENTS = ['initialized', 'adopted', 'creating', 'created', 'accepted'] as const;

/** What changed who is expected, and on whose word. */
export interface RecordEvent {
  readonly at: Instant;
  readonly event: (typeof RECORD_EVENTS)[number];
  readonly systemIdentifier: string;
  readonly database?: string;
  /** The permission that was used up. */
  readonly permission?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** A database as it was just seen. */
export interface Sighting {
  readonly systemIdentifier: string;
  readonly datname: string;
  readonly oid: string;
  readonly tables: TableCount | undefined;
}

/** What a record says about a database; without a record, nothing. */
export function testify(
  from: string,
  { record, datname }: { readonly record: IdentityRecord | undefined; readonly datname: string },
): Testimony {
  if (record === undefined) return { from, says: 'nothing' };
  const database = record.databases.get(datname);
  return {
    from,
    says: 'remembers',
    systemIdentifier: database?.systemIdentifier ?? record.systemIdentifier,
    database: database && {
      oid: database.oid,
      replaced: false,
      lastSeenAt: database.lastSeenAt,
      tables: database.tables,
    },
  };
}

/** The record after a sighting. `usual`: what it holds is what it should hold from now on. */
export function withSighting(
  before: IdentityRecord | undefined,
  sighting: Sighting,
  { now, usual, event }: { readonly now: Instant; readonly usual: boolean; readonly event?: RecordEvent },
): IdentityRecord {
  const { systemIdentifier, datname, oid } = sighting;
  const base = ofServer(before, systemIdentifier);
  const known = base.databases.get(datname);
  const same = known?.oid === oid && known.systemIdentifier === undefined ? known : undefined;
  const tables = usual ? (sighting.tables ?? same?.tables) : same?.tables;
  return {
    ...base,
    databases: new Map(base.databases).set(datname, {
      oid,
      firstSeenAt: same?.firstSeenAt ?? now,
      lastSeenAt: now,
      tables,
    }),
    history: event === undefined ? base.history : [...base.history, event],
  };
}

/** The record right before a creation: of this server, without the database. */
export function beforeCreation(before: IdentityRecord | undefined, event: RecordEvent): IdentityRecord {
  const base = ofServer(before, event.systemIdentifier);
  const databases = new Map(base.databases);
  databases.delete(event.database ?? '');
  const last = base.history.at(-1);
  // A container that is restarted again and again writes one line.
  const again =
    last?.event === event.event &&
    last.systemIdentifier === event.systemIdentifier &&
    last.database === event.database &&
    event.permission === undefined;
  return { ...base, databases, history: again ? base.history : [...base.history, event] };
}

/** The record as one of this server. What the cluster before held is not forgotten: each waits for a word of its own. */
function ofServer(before: IdentityRecord | undefined, systemIdentifier: string): IdentityRecord {
  if (before === undefined) return { systemIdentifier, databases: new Map(), history: [] };
  if (before.systemIdentifier === systemIdentifier) return before;
  const databases = [...before.databases].map(([name, known]) => {
    const { systemIdentifier: held = before.systemIdentifier, ...database } = known;
    const here = held === systemIdentifier;
    return [name, here ? database : { ...database, systemIdentifier: held }] as const;
  });
  return { systemIdentifier, databases: new Map(databases), history: before.history };
}

/** When this word was used up as a permission; `undefined`: never. */
export function usedAt(record: IdentityRecord | undefined, permission: string): Instant | undefined {
  return record?.history.findLast((event) => event.permission === permission)?.at;
}
