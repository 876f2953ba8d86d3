import type { Instant } from '../../model/time.ts';

/** What somebody who remembers says about one server and one of its databases. */
export type Testimony = { readonly from: string } & (
  | { readonly says: 'nothing' }
  /** Could not be asked, or cannot be trusted: never the same as nothing. */
  | { readonly says: 'unknown'; readonly why: string; readonly worthWaiting: boolean }
  | {
      readonly says: 'remembers';
      /** Decimal text; `undefined`: never readable. */
      readonly systemIdentifier: string | undefined;
      readonly database: RememberedDatabase | undefined;
    }
);

export interface RememberedDatabase {
  /** Decimal text; `undefined`: only the name is remembered. */
  readonly oid: string | undefined;
  /** Another database was seen under this name, and nobody has accepted it. */
  readonly replaced: boolean;
  readonly lastSeenAt: Instant | undefined;
  readonly tables: TableCount | undefined;
}

export interface TableCount {
  readonly tables: number;
  readonly nonEmptyTables: number;
}

/** Backups of this database, by their manifests, wherever they are kept. */
export type BackupEvidence =
  | { readonly says: 'none' }
  | { readonly says: 'some'; readonly newest: string }
  | { readonly says: 'unknown'; readonly why: string };

export type DatabaseNow =
  | { readonly state: 'missing' }
  /** The name is there, and nobody can enter. */
  | { readonly state: 'unreadable'; readonly why: string; readonly worthWaiting: boolean }
  | { readonly state: 'present'; readonly oid: string; readonly tables: TableCount | undefined };

export type ServerNow =
  | { readonly reachable: false; readonly why: string; readonly worthWaiting: boolean }
  | {
      readonly reachable: true;
      readonly systemIdentifier: string | undefined;
      readonly database: DatabaseNow;
    };

export interface Facts {
  readonly server: ServerNow;
  readonly memory: readonly Testimony[];
  readonly backups: BackupEvidence;
  /** A person allowed this one creation. */
  readonly permitted: boolean;
}

/**
 * `create`: make the database. `adopt`: it is there and nobody knew it. `proceed`: it is the one that is known.
 * `refuse`: it, or what it held, is lost. `unknown`: that could not be found out.
 */
export type Decision =
  | { readonly action: 'create'; readonly permitted: boolean }
  | { readonly action: 'adopt' }
  | { readonly action: 'proceed'; readonly shrunk: boolean }
  | { readonly action: 'refuse'; readonly because: Refusal; readonly from: string }
  | { readonly action: 'unknown'; readonly why: string; readonly worthWaiting: boolean };

export type Refusal = 'backups_exist' | 'database_dropped' | 'server_replaced' | 'database_recreated';

export const REFUSAL_EXIT = {
  backups_exist: 20,
  database_dropped: 21,
  server_replaced: 22,
  database_recreated: 23,
} as const satisfies Record<Refusal, number>;
/** It could not be found out in time. */
export const UNKNOWN_EXIT = 30;

/** Fewer than this share of the tables, or of those that hold rows, is told; it decides nothing. */
const FEW_TABLES = 0.5;
const FEW_NON_EMPTY = 0.2;

const NO_IDENTITY =
  'which cluster this is cannot be read: GRANT EXECUTE ON FUNCTION pg_control_system() to the role, in the database postgres';

/**
 * Whether a database may be created, or used as it is. Evidence of a loss comes before everything that is not
 * known, and everything that is not known before a creation: a missing answer never counts as "there was nothing".
 */
export function decide({ server, memory, backups, permitted }: Facts): Decision {
  if (!server.reachable) return unknown(server.why, server.worthWaiting);
  if (server.systemIdentifier === undefined) return unknown(NO_IDENTITY, false);
  const { systemIdentifier, database } = server;
  if (database.state === 'unreadable')
    return unknown(`the database cannot be entered: ${database.why}`, database.worthWaiting);

  const lost = firstLoss(memory, systemIdentifier, database);
  if (lost !== undefined) return refuseOrCreate(lost, database, permitted);

  const doubt = firstDoubt(memory);
  const known = memory.find(remembersDatabase(systemIdentifier));
  if (known?.says === 'remembers' && database.state === 'present')
    return { action: 'proceed', shrunk: hasShrunk(known.database?.tables, database.tables) };
  if (doubt !== undefined) return doubt;
  const named = memory.find((one) => one.says === 'remembers' && one.database !== undefined);
  if (named !== undefined)
    return unknown(`${named.from} knows a database of this name, and not yet whether it is this one`, true);

  if (database.state === 'present' && database.tables !== undefined && database.tables.tables > 0)
    return { action: 'adopt' };
  if (backups.says === 'unknown') return unknown(`backups cannot be listed: ${backups.why}`, false);
  if (backups.says === 'some')
    return refuseOrCreate({ because: 'backups_exist', from: backups.newest }, database, permitted);
  return database.state === 'present' ? { action: 'adopt' } : { action: 'create', permitted: false };
}

interface Loss {
  readonly because: Refusal;
  readonly from: string;
}

/** The gravest first: another cluster explains everything about its databases. */
function firstLoss(
  memory: readonly Testimony[],
  systemIdentifier: string,
  database: DatabaseNow,
): Loss | undefined {
  for (const one of memory) {
    const elsewhere = one.says === 'remembers' && one.systemIdentifier !== undefined;
    if (elsewhere && one.systemIdentifier !== systemIdentifier)
      return { because: 'server_replaced', from: one.from };
  }
  for (const one of memory) {
    if (one.says !== 'remembers' || one.database === undefined) continue;
    if (database.state === 'missing') return { because: 'database_dropped', from: one.from };
    const { oid, replaced } = one.database;
    const other = database.state === 'present' && oid !== undefined && oid !== database.oid;
    if (replaced || other) return { because: 'database_recreated', from: one.from };
  }
  return undefined;
}

/** A person's word allows to create; what is there already has to be accepted instead. */
function refuseOrCreate(loss: Loss, database: DatabaseNow, permitted: boolean): Decision {
  if (permitted && database.state === 'missing') return { action: 'create', permitted: true };
  return { action: 'refuse', ...loss };
}

function firstDoubt(memory: readonly Testimony[]): Decision | undefined {
  for (const one of memory) {
    if (one.says === 'unknown') return unknown(`${one.from}: ${one.why}`, one.worthWaiting);
    if (one.says === 'remembers' && one.systemIdentifier === undefined)
      return unknown(`${one.from} does not know which cluster it remembers`, false);
  }
  if (memory.length === 0) return unknown('nobody was asked what was there before', false);
  return undefined;
}

/** The name alone proves nothing, nor does the oid alone: every new cluster counts from the same number. */
function remembersDatabase(systemIdentifier: string): (one: Testimony) => boolean {
  return (one) =>
    one.says === 'remembers' &&
    one.systemIdentifier === systemIdentifier &&
    one.database !== undefined &&
    one.database.oid !== undefined;
}

function hasShrunk(before: TableCount | undefined, now: TableCount | undefined): boolean {
  if (before === undefined || now === undefined) return false;
  return (
    (before.tables > 0 && now.tables < before.tables * FEW_TABLES) ||
    (before.nonEmptyTables > 0 && now.nonEmptyTables < before.nonEmptyTables * FEW_NON_EMPTY)
  );
}

function unknown(why: string, worthWaiting: boolean): Decision {
  return { action: 'unknown', why, worthWaiting };
}
