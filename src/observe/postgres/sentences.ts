import type { ConnectReason } from '../../model/reason.ts';
import { addressOf, errnosOf, serverErrorOf } from './error-shape.ts';

const SENTENCES = {
  refused: 'nothing listens at this address',
  timeout: 'the address does not answer the connection attempt',
  hung: 'the connection was accepted, then nothing was said',
  unreachable: 'there is no way to the address',
  dns: 'the host name cannot be resolved',
  reset: 'the connection was closed in the middle',
  tls: 'no encrypted connection can be made; check tls.mode and the certificates',
  protocol: 'what answers is not a PostgreSQL server; check host and port',
  starting: 'the server is starting or recovering',
  stopping: 'the server is shutting down',
  saturated: 'no connection slot is left',
  no_database: 'the server answers that this database does not exist',
  files_missing: 'files of the data directory are missing',
  corrupt: 'data files are damaged',
  invalid_database: 'an interrupted DROP DATABASE left this database invalid',
  connections_disallowed: 'the database does not allow connections (ALLOW_CONNECTIONS false)',
  disk_full: 'the disk of the server is full',
  permission_denied: 'a privilege is missing; see postgres/role.sql',
  auth_failed: 'the password is wrong or the role is gone',
  access_denied: 'the role may not log in, or no line of pg_hba.conf lets it in',
  no_password: 'the server asks for a password and none is configured',
  terminated: 'the server ended our session',
  query_timeout: 'a query did not finish in time',
  other: 'the connection failed',
} as const satisfies Record<ConnectReason, string>;

const WITHHELD = 'earlier connection attempts are still unanswered, so no further one is made';
const IDENTIFIER = /^\w{1,64}$/;
const DIRECTORY = /\b(?:base|pg_tblspc)\/[\w./]{1,80}/;

/** One line that says why and with which codes; nothing in it was written by the server or a person. */
export function sentence(reason: ConnectReason, error: unknown, withheld: boolean): string {
  if (withheld) return WITHHELD;
  const codes = codesOf(error);
  return codes.length === 0 ? SENTENCES[reason] : `${SENTENCES[reason]} (${codes.join(', ')})`;
}

function codesOf(error: unknown): string[] {
  const server = serverErrorOf(error);
  if (server) {
    const directory = DIRECTORY.exec(server.detail)?.[0];
    return [
      server.code === '' ? '' : `SQLSTATE ${server.code}`,
      IDENTIFIER.test(server.routine) ? server.routine : '',
      directory ?? '',
    ].filter(Boolean);
  }
  return [
    ...errnosOf(error).filter((code) => IDENTIFIER.test(code) && !code.startsWith('PGVIGIL_')),
    addressOf(error),
  ].filter(Boolean);
}
