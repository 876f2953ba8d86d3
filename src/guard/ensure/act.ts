import type { Happening } from '../../model/journal.ts';
import type { Clock } from '../../model/time.ts';
import type { DatabaseNow, Decision } from './decide.ts';
import type { Permission } from './permission.ts';
import { beforeCreation, type IdentityRecord, type RecordEvent, withSighting } from './record.ts';
import { RecordError } from './record-codec.ts';
import type { LoadedRecord, RecordFile } from './record-file.ts';
import { type LockedSession, ServerFailure } from './server.ts';

/** What acts need of the world. */
export interface ActDeps {
  readonly datname: string;
  readonly owner: string | undefined;
  readonly record: RecordFile | undefined;
  readonly clock: Clock;
  readonly tell: (happening: Omit<Happening, 'at'>) => void;
  readonly warn: (text: string) => void;
}

/** It is certain what has to be done, and it could not be done. */
export class FailedError extends Error {
  override readonly name = 'FailedError';
}

/**
 * Writes down what is going to be done, does it, and writes down what came of it. `exists`: somebody else was faster;
 * `withdrawn`: the permission is gone.
 */
export async function create(
  deps: ActDeps,
  session: LockedSession,
  known: {
    readonly systemIdentifier: string;
    readonly record: IdentityRecord | undefined;
    readonly permission: Permission;
    /** It was used up by an attempt before this one. */
    readonly isUsed: boolean;
    readonly decision: Extract<Decision, { action: 'create' }>;
    /** Told once the permission is used up, and before anything is made. */
    readonly onUsed: () => void;
  },
): Promise<'created' | 'exists' | 'withdrawn'> {
  const { datname, record: file, clock, tell, owner } = deps;
  const { systemIdentifier, permission, isUsed, decision } = known;
  const used = decision.permitted && permission.given && !isUsed ? permission : undefined;
  const creating: RecordEvent = {
    at: clock.now(),
    event: 'creating',
    systemIdentifier,
    database: datname,
    ...(used?.by === 'variable' && { permission: used.word }),
  };
  const before = beforeCreation(known.record, creating);
  if (file !== undefined) {
    // A permission is used up, and the disk is known to take what we write, before anything is made. What the
    // record knows is only given up for a permission that was there until now.
    if (used?.by === 'file' && !(await writing(() => file.usePermission(String(clock.now())))))
      return 'withdrawn';
    await writing(() => file.save(before));
    if (used !== undefined) known.onUsed();
  }
  let made: 'created' | 'exists';
  try {
    made = await session.create(owner);
  } catch (error) {
    if (error instanceof ServerFailure && !error.worthWaiting) throw new FailedError(error.message);
    throw error;
  }
  if (made === 'exists') return made;
  const details = { system_identifier: systemIdentifier, permitted: decision.permitted };
  const database = await session.database();
  if (database.state !== 'present') throw new FailedError('it was created, and is not there');
  try {
    const sighting = { systemIdentifier, datname, oid: database.oid, tables: database.tables };
    const event: RecordEvent = { ...creating, at: clock.now(), event: 'created' };
    const after = withSighting(before, sighting, { now: clock.now(), usual: true, event });
    if (file !== undefined) await writing(() => file.save(after));
  } finally {
    // It was made, also where that could not be written down.
    tell({ kind: 'database_created', datname, details: { ...details, oid: Number(database.oid) } });
  }
  return made;
}

/** Takes a database that is there on record. */
export async function keep(
  deps: ActDeps,
  seen: {
    readonly systemIdentifier: string;
    readonly database: DatabaseNow;
    readonly loaded: LoadedRecord | undefined;
    readonly decision: Exclude<Decision, { action: 'create' | 'refuse' | 'unknown' }>;
  },
): Promise<void> {
  const { datname, record: file, clock, tell, warn } = deps;
  const { systemIdentifier, database, loaded, decision } = seen;
  if (database.state !== 'present') throw new Error('unreachable: kept without being there');
  const { oid, tables } = database;
  const record = loaded?.state === 'read' ? loaded.record : undefined;
  const isNew = record?.databases.get(datname)?.oid !== oid;
  const shrunk = decision.action === 'proceed' && decision.shrunk;
  const details = {
    system_identifier: systemIdentifier,
    oid: Number(oid),
    ...(tables && { tables: tables.tables, non_empty_tables: tables.nonEmptyTables }),
  };
  if (file !== undefined && loaded?.state === 'unreadable') {
    // Somebody else knows it. What the record holds, of other databases too, is not ours to replace.
    warn(`the record stays as it is, for it cannot be used: ${loaded.why}`);
  } else if (file !== undefined) {
    const at = clock.now();
    const event: RecordEvent = { at, event: 'adopted', systemIdentifier, database: datname };
    const sighting = { systemIdentifier, datname, oid, tables };
    const after = withSighting(record, sighting, { now: at, usual: !shrunk, ...(isNew && { event }) });
    try {
      await file.save(after);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      // Who is known already may start: a full disk of the record is no loss.
      if (isNew) throw new FailedError(cannotWrite(error));
      warn(cannotWrite(error));
    }
  }
  tell({ kind: decision.action === 'adopt' ? 'database_adopted' : 'database_verified', datname, details });
  if (shrunk) tell({ kind: 'database_shrunk', datname, details });
}

/** Writes down a person's word that what is there now is right; gives the record as it is then. */
export async function accept(
  { datname, record: file, clock, tell }: ActDeps,
  word: { readonly by: string; readonly reason: string },
  now: {
    readonly systemIdentifier: string | undefined;
    readonly database: DatabaseNow;
    readonly loaded: LoadedRecord | undefined;
  },
): Promise<LoadedRecord> {
  const { systemIdentifier, database, loaded } = now;
  if (file === undefined) throw new FailedError('there is no record to write it to: name one with --record');
  if (loaded?.state === 'unreadable') throw new FailedError(`${file.path}: ${loaded.why}`);
  if (systemIdentifier === undefined || database.state !== 'present')
    throw new FailedError(`"${datname}" is not there to be accepted: restore it first`);
  const before = loaded?.state === 'read' ? loaded.record : undefined;
  const last = before?.history.at(-1);
  const known = before?.databases.get(datname);
  const isKnown = known?.oid === database.oid && known.systemIdentifier === undefined;
  const isSaid =
    last?.event === 'accepted' &&
    last.systemIdentifier === systemIdentifier &&
    last.database === datname &&
    last.reason === word.reason;
  // While somebody else is waited for it is asked again and again.
  if (before?.systemIdentifier === systemIdentifier && isKnown && isSaid)
    return { state: 'read', record: before };
  const at = clock.now();
  const event: RecordEvent = { at, event: 'accepted', systemIdentifier, database: datname, ...word };
  const { oid, tables } = database;
  const record = withSighting(
    before,
    { systemIdentifier, datname, oid, tables },
    { now: at, usual: true, event },
  );
  await writing(() => file.save(record));
  tell({
    kind: 'accepted',
    datname,
    details: { system_identifier: systemIdentifier, oid: Number(oid), ...word },
  });
  return { state: 'read', record };
}

async function writing<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof RecordError) throw new FailedError(cannotWrite(error));
    throw error;
  }
}

const cannotWrite = (error: RecordError): string => `the record cannot be written: ${error.message}`;
