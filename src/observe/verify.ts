import { byOid } from '../model/by-oid.ts';
import type { Latest, Observation } from '../model/observation.ts';
import type { CatalogFacts, DatabaseRow, DatabaseSize, PostgresView } from '../model/postgres.ts';
import type { ConnectReason } from '../model/reason.ts';
import type { Presence, VerifiedDatabase, VerifiedServer } from '../model/verified.ts';
import { STATE_OF_REASON } from './server-state.ts';

/** Whether what an open session still says may be a memory of files that are gone. */
type Doubt = 'none' | 'unknown' | 'gone';

/** What verification needs beside the view of the server. */
export interface VerifyContext {
  readonly monotonicMs: number;
  /** Docker was asked, and the volume that held the data does not exist any more. */
  readonly volumeGone: string | undefined;
  /** A list of databases older than this is not believed. */
  readonly catalogMaxAgeMs: number;
  /** A fresh connection older than this is not believed. */
  readonly connectMaxAgeMs: number;
}

/** These answers say that files are gone. */
const DATA_GONE: readonly ConnectReason[] = ['files_missing', 'corrupt'];
/** A probe with one of these answers shows that the name is there and its data is not. */
const UNREADABLE: readonly ConnectReason[] = ['files_missing', 'corrupt', 'invalid_database'];
const INVALID = -2;

/** Lays all looks at one server side by side and says what is verified: never more than was seen. */
export function verifyServer(view: PostgresView, context: VerifyContext): VerifiedServer {
  const server = serverState(view, context);
  const catalog = believedCatalog(view.catalog, context);
  const doubt = doubtOf(server.reason, view);
  return {
    ...server,
    systemIdentifier:
      catalog?.systemIdentifier ?? (server.up ? view.connect?.lastSeen?.facts.systemIdentifier : undefined),
    databases: databases(view, catalog, doubt, context),
    others: others(catalog, server.detail, context),
    catalogVerified: catalog !== undefined,
  };
}

function serverState(
  view: PostgresView,
  context: VerifyContext,
): Pick<VerifiedServer, 'state' | 'reason' | 'detail' | 'up'> {
  const look = view.connect?.observation;
  if (look === undefined)
    return { state: undefined, reason: undefined, detail: 'not looked yet', up: undefined };
  const ageMs = context.monotonicMs - look.monotonicMs;
  if (ageMs > context.connectMaxAgeMs) {
    const detail = `the last look at the server is ${Math.round(ageMs / 1000)} s old`;
    return { state: 'blind', reason: 'other', detail, up: undefined };
  }
  if (look.seen) return { state: 'up', reason: undefined, detail: undefined, up: true };
  return { state: STATE_OF_REASON[look.reason], reason: look.reason, detail: look.detail, up: false };
}

/** The list of databases, if it is young enough and was not read before the session broke. */
function believedCatalog(
  catalog: Latest<CatalogFacts, ConnectReason> | undefined,
  context: VerifyContext,
): CatalogFacts | undefined {
  const look = catalog?.observation;
  if (!look?.seen || context.monotonicMs - look.monotonicMs > context.catalogMaxAgeMs) return undefined;
  return look.facts;
}

/**
 * A server that lost its files may go on answering from memory through a session that is still open. When a fresh
 * connection unmasks it, another database has to confirm that it is not that one database alone.
 */
function doubtOf(reason: ConnectReason | undefined, view: PostgresView): Doubt {
  if (reason === undefined || !DATA_GONE.includes(reason)) return 'none';
  const probes = [...view.databases.values()].map(({ observation }) => observation);
  return probes.some((probe) => !probe.seen && DATA_GONE.includes(probe.reason)) ? 'gone' : 'unknown';
}

function databases(
  view: PostgresView,
  catalog: CatalogFacts | undefined,
  doubt: Doubt,
  context: VerifyContext,
): ReadonlyMap<string, VerifiedDatabase> {
  if (!catalog) return probed(view, context);
  const sizes = byOid(view.sizes?.lastSeen?.facts.sizes);
  const found = new Map<string, VerifiedDatabase>();
  for (const row of catalog.databases)
    found.set(row.datname, ofRow(row, view, sizes.get(row.oid), doubt, context));
  return found;
}

/** What the probes alone say; a success counts only if nothing failed since. */
function probed(view: PostgresView, context: VerifyContext): ReadonlyMap<string, VerifiedDatabase> {
  const found = new Map<string, VerifiedDatabase>();
  const brokenAt = Math.max(failedAt(view.connect?.observation), failedAt(view.catalog?.observation));
  for (const [datname, { observation: probe }] of view.databases) {
    if (context.monotonicMs - probe.monotonicMs > context.connectMaxAgeMs) continue;
    const of = { oid: undefined, proven: probe.seen };
    if (probe.seen) {
      if (probe.monotonicMs >= brokenAt && context.volumeGone === undefined)
        found.set(datname, { ...of, presence: 'present', why: undefined });
    } else if (probe.reason === 'no_database')
      found.set(datname, { ...of, presence: 'missing', why: 'the server answers that it does not exist' });
    else if (UNREADABLE.includes(probe.reason))
      found.set(datname, { ...of, presence: 'unreadable', why: probe.detail });
  }
  return found;
}

function failedAt(look: Observation<unknown> | undefined): number {
  return look === undefined || look.seen ? Number.NEGATIVE_INFINITY : look.monotonicMs;
}

function ofRow(
  row: DatabaseRow,
  view: PostgresView,
  size: DatabaseSize | undefined,
  doubt: Doubt,
  context: VerifyContext,
): VerifiedDatabase {
  const probe = view.databases.get(row.datname)?.observation;
  const proven = probe?.seen === true || size?.sizeBytes !== undefined;
  const said = (presence: Presence, why: string): VerifiedDatabase => ({
    presence,
    oid: row.oid,
    proven: false,
    why,
  });
  if (row.isBeingDropped) return said('unknown', 'it is being dropped');
  if (row.connectionLimit === INVALID)
    return said('unreadable', 'a DROP DATABASE was interrupted; its data is partly gone');
  if (doubt === 'gone') return said('unreadable', 'the data directory of the server is gone');
  if (doubt === 'unknown')
    return said('unknown', 'files of the server are gone; whether those of this database are is not known');
  const young = probe !== undefined && context.monotonicMs - probe.monotonicMs <= context.connectMaxAgeMs;
  if (young && !probe.seen && UNREADABLE.includes(probe.reason)) return said('unreadable', probe.detail);
  if (size?.reason === 'files_missing' && !probe?.seen) return said('unreadable', 'its files are missing');
  return { presence: 'present', oid: row.oid, proven, why: undefined };
}

function others(
  catalog: CatalogFacts | undefined,
  detail: string | undefined,
  context: VerifyContext,
): VerifiedServer['others'] {
  if (catalog) return { presence: 'missing', why: 'the server does not list it' };
  if (context.volumeGone !== undefined)
    return { presence: 'missing', why: `its volume ${context.volumeGone} does not exist any more` };
  return { presence: 'unknown', why: detail ?? 'the list of databases could not be read' };
}
