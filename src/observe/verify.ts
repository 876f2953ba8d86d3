import type { Latest } from '../model/observation.ts';
import type { CatalogFacts, DatabaseRow, PostgresView } from '../model/postgres.ts';
import type { ConnectReason } from '../model/reason.ts';
import type { VerifiedDatabase, VerifiedServer } from '../model/verified.ts';
import { STATE_OF_REASON } from './server-state.ts';

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

/** A server that lost its files may go on answering from memory: these answers unmask it. */
const DATA_GONE: readonly ConnectReason[] = ['files_missing', 'corrupt'];
/** A probe with one of these answers shows that the name is there and its data is not. */
const UNREADABLE: readonly ConnectReason[] = ['files_missing', 'corrupt', 'invalid_database'];
const INVALID = -2;

/** Lays all looks at one server side by side and says what is verified: never more than was seen. */
export function verifyServer(view: PostgresView, context: VerifyContext): VerifiedServer {
  const server = serverState(view, context);
  const catalog = believedCatalog(view.catalog, context);
  const dataGone = server.reason !== undefined && DATA_GONE.includes(server.reason);
  return {
    ...server,
    systemIdentifier:
      catalog?.systemIdentifier ?? (server.up ? view.connect?.lastSeen?.facts.systemIdentifier : undefined),
    databases: databases(view, catalog, dataGone, context),
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
    return { state: 'blind', reason: 'other', detail, up: false };
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

function databases(
  view: PostgresView,
  catalog: CatalogFacts | undefined,
  dataGone: boolean,
  context: VerifyContext,
): ReadonlyMap<string, VerifiedDatabase> {
  const found = new Map<string, VerifiedDatabase>();
  const unreadable = filesMissing(view);
  for (const row of catalog?.databases ?? [])
    found.set(row.datname, ofRow(row, view, unreadable, dataGone, context));
  if (catalog) return found;
  for (const [datname, { observation: probe }] of view.databases) {
    if (context.monotonicMs - probe.monotonicMs > context.connectMaxAgeMs) continue;
    if (probe.seen) found.set(datname, { presence: 'present', oid: undefined, why: undefined });
    else if (probe.reason === 'no_database')
      found.set(datname, {
        presence: 'missing',
        oid: undefined,
        why: 'the server answers that it does not exist',
      });
    else if (UNREADABLE.includes(probe.reason))
      found.set(datname, { presence: 'unreadable', oid: undefined, why: probe.detail });
  }
  return found;
}

function ofRow(
  row: DatabaseRow,
  view: PostgresView,
  unreadable: ReadonlySet<number>,
  dataGone: boolean,
  context: VerifyContext,
): VerifiedDatabase {
  const probe = view.databases.get(row.datname)?.observation;
  const said = (why: string): VerifiedDatabase => ({ presence: 'unreadable', oid: row.oid, why });
  if (row.connectionLimit === INVALID)
    return said('a DROP DATABASE was interrupted; its data is partly gone');
  if (dataGone) return said('the data directory of the server is gone');
  if (
    probe &&
    !probe.seen &&
    UNREADABLE.includes(probe.reason) &&
    context.monotonicMs - probe.monotonicMs <= context.connectMaxAgeMs
  )
    return said(probe.detail);
  if (unreadable.has(row.oid) && !probe?.seen) return said('its files are missing');
  return { presence: 'present', oid: row.oid, why: undefined };
}

/** Databases whose size could not be read because their directory is gone, by oid. */
function filesMissing(view: PostgresView): ReadonlySet<number> {
  const sizes = view.sizes?.observation;
  if (!sizes?.seen) return new Set();
  return new Set(sizes.facts.sizes.filter((size) => size.reason === 'files_missing').map((size) => size.oid));
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
