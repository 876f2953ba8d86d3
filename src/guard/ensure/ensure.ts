import { setTimeout as sleep } from 'node:timers/promises';
import { type ActDeps, accept, create, FailedError, keep } from './act.ts';
import {
  type BackupEvidence,
  type DatabaseNow,
  decide,
  REFUSAL_EXIT,
  type Refusal,
  type Testimony,
  UNKNOWN_EXIT,
} from './decide.ts';
import { judgePermission, type Permission } from './permission.ts';
import { testify } from './record.ts';
import type { LoadedRecord } from './record-file.ts';
import { type GuardedServer, type LockedSession, ServerFailure } from './server.ts';

/** What is to be there, and who may know whether it was. */
export interface EnsureOptions extends ActDeps {
  readonly server: GuardedServer;
  /** Asks a running pgvigil; never rejects. */
  readonly report: (() => Promise<Testimony>) | undefined;
  /** Asks for backups by their manifests; never rejects. */
  readonly backups: () => Promise<BackupEvidence>;
  /** PGVIGIL_ALLOW_CREATE. */
  readonly allowed: string | undefined;
  /** A person says that what is there now is right. */
  readonly accept: { readonly by: string; readonly reason: string } | undefined;
  readonly waitMs: number;
  /** Told once for each reason. */
  readonly waiting: (why: string) => void;
}

export type Outcome =
  | { readonly result: 'ready' }
  | { readonly result: 'refused'; readonly exit: number; readonly refused: Refused }
  | { readonly result: 'unknown' | 'failed'; readonly exit: number; readonly why: string };

/** Everything that an explanation needs. */
export interface Refused {
  readonly because: Refusal;
  readonly from: string;
  readonly datname: string;
  readonly systemIdentifier: string;
  readonly database: DatabaseNow;
  readonly memory: readonly Testimony[];
  readonly permission: Permission;
  readonly recordPath: string | undefined;
}

type Step = Outcome | { readonly result: 'wait'; readonly why: string; readonly worthWaiting: boolean };

const FAILED_EXIT = 1;
const POLL_MS = 500;
/** Somebody else may make it, and drop it, and make it. */
const MAX_RACES = 3;

/** A permission that this `ensure` has used up, on which server: it counts until its one creation is done. */
interface Used {
  current: { readonly permission: Permission; readonly systemIdentifier: string } | undefined;
}

/** Makes sure that a database is there and is the one that is known; creates it only where that hides no loss. */
export async function ensure(options: EnsureOptions): Promise<Outcome> {
  const { clock, waitMs, tell, datname } = options;
  const deadline = clock.monotonic() + waitMs;
  const used: Used = { current: undefined };
  let told = '';
  for (;;) {
    const step = await attempt(options, used);
    if (step.result !== 'wait') return step;
    if (!step.worthWaiting || clock.monotonic() >= deadline) {
      tell({ kind: 'creation_failed', datname, details: { why: step.why } });
      return { result: 'unknown', exit: UNKNOWN_EXIT, why: step.why };
    }
    if (step.why !== told) options.waiting(step.why);
    told = step.why;
    await sleep(POLL_MS);
  }
}

async function attempt(options: EnsureOptions, used: Used): Promise<Step> {
  const { datname, tell } = options;
  try {
    const session = await options.server.enter(datname);
    if (session === undefined)
      return { result: 'wait', why: 'another pgvigil is at work on this server', worthWaiting: true };
    try {
      return await judge(options, session, { used, races: MAX_RACES });
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof ServerFailure)
      return { result: 'wait', why: error.message, worthWaiting: error.worthWaiting };
    if (!(error instanceof FailedError)) throw error;
    tell({ kind: 'creation_failed', datname, details: { why: error.message } });
    return { result: 'failed', exit: FAILED_EXIT, why: error.message };
  }
}

async function judge(
  options: EnsureOptions,
  session: LockedSession,
  { used, races }: { readonly used: Used; readonly races: number },
): Promise<Step> {
  const { datname, record: file, tell } = options;
  const systemIdentifier = await session.systemIdentifier();
  const database = await session.database();
  let loaded: LoadedRecord | undefined = await file?.load();
  if (options.accept) loaded = await accept(options, options.accept, { systemIdentifier, database, loaded });
  const record = loaded?.state === 'read' ? loaded.record : undefined;

  const memory = await testimonies(options, loaded);
  const isHere = loaded?.state !== 'unreadable' && used.current?.systemIdentifier === systemIdentifier;
  const carried = isHere ? used.current?.permission : undefined;
  const permission = carried ?? (await permissionOf(options, loaded, systemIdentifier ?? ''));
  const decision = decide({
    server: { reachable: true, systemIdentifier, database },
    memory,
    backups: await options.backups(),
    permitted: permission.given,
  });
  if (decision.action === 'unknown') return { ...decision, result: 'wait' };
  if (systemIdentifier === undefined) throw new Error('unreachable: decided without an identity');
  if (decision.action === 'refuse') {
    const { because, from } = decision;
    tell({
      kind: 'creation_refused',
      datname,
      details: { because, remembered_by: from, system_identifier: systemIdentifier, found: database.state },
    });
    const refused = { because, from, datname, systemIdentifier, database, memory, permission };
    return {
      result: 'refused',
      exit: REFUSAL_EXIT[because],
      refused: { ...refused, recordPath: file?.path },
    };
  }
  if (decision.action === 'create') {
    const onUsed = (): void => {
      used.current = { permission, systemIdentifier };
    };
    const isUsed = carried !== undefined;
    const known = { systemIdentifier, record, permission, isUsed, decision, onUsed };
    const made = await create(options, session, known);
    if (made !== 'created' && races > 0) return judge(options, session, { used, races: races - 1 });
    if (made === 'withdrawn')
      return { result: 'wait', why: 'the permission was used up by another one', worthWaiting: true };
    if (made === 'exists') return { result: 'wait', why: 'it appears and disappears', worthWaiting: true };
    return { result: 'ready' };
  }
  await keep(options, { systemIdentifier, database, loaded, decision });
  return { result: 'ready' };
}

/** What was used up before stands in the record: where that cannot be read, nothing is permitted. */
async function permissionOf(
  { record: file, allowed, datname }: EnsureOptions,
  loaded: LoadedRecord | undefined,
  systemIdentifier: string,
): Promise<Permission> {
  if (loaded?.state === 'unreadable')
    return { given: false, why: 'no permission counts while the record cannot be used' };
  const none = { systemIdentifier: '', databases: new Map(), history: [] };
  return judgePermission(
    { file: await file?.permission(), variable: allowed },
    { systemIdentifier, datname },
    file && (loaded?.state === 'read' ? loaded.record : none),
  );
}

async function testimonies(
  { record: file, report, datname }: EnsureOptions,
  loaded: LoadedRecord | undefined,
): Promise<readonly Testimony[]> {
  const heard: Testimony[] = [];
  if (file !== undefined && loaded !== undefined) {
    const from = `the record ${file.path}`;
    if (loaded.state === 'unreadable')
      heard.push({ from, says: 'unknown', why: loaded.why, worthWaiting: false });
    else heard.push(testify(from, { record: loaded.state === 'read' ? loaded.record : undefined, datname }));
  }
  if (report !== undefined) heard.push(await report());
  return heard;
}
