import type { ConnectReason } from '../../model/reason.ts';
import { errnosOf, serverErrorOf } from './error-shape.ts';
import { sentence } from './sentences.ts';

/** How far a connection got before it failed. */
export type Phase = 'resolving' | 'connecting' | 'tls' | 'startup' | 'querying';

/** What the first bytes of the other side look like. */
export type Answer = 'none' | 'postgres' | 'foreign';

/** What the socket saw of a failed attempt, and what we know beside it. */
export interface ClassifyContext {
  readonly phase: Phase;
  readonly answer: Answer;
  /** One of our own deadlines passed. */
  readonly timedOut: boolean;
  /** The other side closed its end. */
  readonly ended: boolean;
  /** The server answered `N` to the request for TLS. */
  readonly tlsRefused: boolean;
  /** SQLSTATE of the last notice: a crash announces itself as notice 57P02 before the socket closes. */
  readonly notice: string | undefined;
  /** We did not even try: earlier handshakes are still unanswered. */
  readonly withheld: boolean;
  /** The row of the database in pg_database, where it is known. */
  readonly row?: { readonly allowsConnections: boolean; readonly connectionLimit: number } | undefined;
  /** The server was seen to be shutting down. */
  readonly stopping?: boolean | undefined;
}

export interface Classified {
  readonly reason: ConnectReason;
  /** One line for a person, made of codes and our own words only: no text of the server, so no secret. */
  readonly detail: string;
}

/** Code of the error that the password callback throws when the server asks and nothing is configured. */
export const NO_PASSWORD = 'PGVIGIL_NO_PASSWORD';

/** Code of the error that is made when the library cannot parse what it received. */
export const UNREADABLE = 'PGVIGIL_UNREADABLE';

/** Meaning of a SQLSTATE that needs no context (PostgreSQL docs, appendix A). */
const REASON_OF_SQLSTATE: Readonly<Record<string, ConnectReason>> = {
  '28000': 'access_denied',
  '28P01': 'auth_failed',
  '42501': 'permission_denied',
  '53100': 'disk_full',
  '53300': 'saturated',
  '55P03': 'query_timeout',
  '57014': 'query_timeout',
  '57P01': 'terminated',
  '57P02': 'terminated',
  '57P04': 'terminated',
  '57P05': 'terminated',
  '58P01': 'files_missing',
  XX001: 'corrupt',
  XX002: 'corrupt',
};

const REASON_OF_ERRNO: Readonly<Record<string, ConnectReason>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ENOTFOUND: 'dns',
};

/** Of several addresses the one that got furthest tells most. */
const FURTHEST: readonly ConnectReason[] = ['tls', 'reset', 'refused', 'unreachable', 'dns', 'other'];

const TLS_CODE =
  /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO$)/;

/** A path inside a data directory: part of a message that no locale translates. */
const DATA_PATH = /\b(?:base\/|pg_tblspc\/)[\w./]*/;

/**
 * Why a connection or a query failed, from SQLSTATE, routine, errno, phase and bytes. Message text is never
 * looked at: it is localised.
 */
export function classify(error: unknown, context: ClassifyContext): Classified {
  const reason = reasonOf(error, context);
  return { reason, detail: sentence(reason, error, context.withheld) };
}

function reasonOf(error: unknown, context: ClassifyContext): ConnectReason {
  if (context.withheld) return 'hung';
  const server = serverErrorOf(error);
  if (server?.code) return ofSqlstate(server, context);
  const codes = errnosOf(error);
  if (codes.includes(NO_PASSWORD)) return 'no_password';
  if (context.answer === 'foreign' || codes.includes(UNREADABLE)) return 'protocol';
  if (context.tlsRefused) return 'tls';
  if (context.timedOut) return ofDeadline(context.phase);
  if (context.notice?.startsWith('57P')) return 'terminated';
  if (codes.length > 0) return ofErrnos(codes);
  if (server) return 'protocol';
  return context.ended ? 'reset' : 'other';
}

function ofSqlstate(
  server: { readonly code: string; readonly routine: string; readonly detail: string },
  context: ClassifyContext,
): ConnectReason {
  switch (server.code) {
    case '3D000':
      // "It seems to have just been dropped" is a detail too; only the other one names a directory.
      return DATA_PATH.test(server.detail) ? 'files_missing' : 'no_database';
    case '22023':
      return server.routine === 'ValidatePgVersion' ? 'corrupt' : 'other';
    case '55000':
      return ofUnusable(server.routine, context.row);
    case '57P03':
      return context.stopping ? 'stopping' : 'starting';
    default:
      return REASON_OF_SQLSTATE[server.code] ?? 'other';
  }
}

/** The row decides; without it the routine does (postinit.c tells the two apart since the same release). */
function ofUnusable(routine: string, row: ClassifyContext['row']): ConnectReason {
  if (row?.connectionLimit === -2) return 'invalid_database';
  if (row?.allowsConnections === false) return 'connections_disallowed';
  if (routine === 'InitPostgres') return 'invalid_database';
  if (routine === 'CheckMyDatabase') return 'connections_disallowed';
  return 'other';
}

function ofDeadline(phase: Phase): ConnectReason {
  if (phase === 'resolving') return 'dns';
  if (phase === 'connecting') return 'timeout';
  if (phase === 'querying') return 'query_timeout';
  return 'hung';
}

function ofErrnos(codes: readonly string[]): ConnectReason {
  const reasons = codes.map((code): ConnectReason => {
    if (code.startsWith('EAI_')) return 'dns';
    if (TLS_CODE.test(code)) return 'tls';
    return REASON_OF_ERRNO[code] ?? 'other';
  });
  return FURTHEST.find((reason) => reasons.includes(reason)) ?? 'other';
}
