import type { ConnectReason } from '../../model/reason.ts';
import { plain } from './text.ts';

/** How a connection failed, after "the server" or "the database". */
const REASON_WORDS = {
  refused: 'does not listen',
  timeout: 'does not answer in time',
  hung: 'took the connection and then fell silent',
  unreachable: 'cannot be reached, no route leads to it',
  dns: 'has a host name that does not resolve',
  reset: 'closed the connection',
  tls: 'does not agree with pgvigil on TLS',
  protocol: 'does not speak the protocol of PostgreSQL',
  starting: 'is starting',
  stopping: 'is shutting down',
  saturated: 'has no connection slot left',
  no_database: 'says that there is no such database',
  files_missing: 'says that files are missing',
  corrupt: 'says that what it reads is damaged',
  invalid_database: 'says that the database is invalid',
  connections_disallowed: 'does not allow connections to the database',
  disk_full: 'says that its disk is full',
  permission_denied: 'refuses, a permission is missing',
  auth_failed: 'refuses the password, or has no such role',
  access_denied: 'refuses, the role may not log in or pg_hba.conf has no line for it',
  no_password: 'asks for a password and none is configured',
  terminated: 'ended the session',
  query_timeout: 'took too long to answer a query',
  other: 'answers with an error',
} satisfies Record<ConnectReason, string>;

/** How a connection failed, as a predicate; a reason we do not know is shown as it is. */
export function reasonWords(reason: string | undefined): string {
  if (reason === undefined) return 'could not be connected to';
  return Object.hasOwn(REASON_WORDS, reason)
    ? REASON_WORDS[reason as ConnectReason]
    : `could not be connected to (${plain(reason)})`;
}
