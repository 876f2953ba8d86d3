/**
 * Why a PostgreSQL server or database could not be read: a closed set, also the values of the metric label
 * `reason`. Decided from SQLSTATE, `routine` and errno, never from message text, which is localised
 * (PostgreSQL docs, appendix A "Error Codes").
 */
export const CONNECT_REASONS = [
  'refused', // nothing listens: ECONNREFUSED, or the socket file is missing
  'timeout', // no answer to the connection attempt
  'hung', // connected, then silence
  'unreachable', // no route: EHOSTUNREACH, ENETUNREACH, ETIMEDOUT
  'dns', // the name does not resolve
  'reset', // closed in mid-flight
  'tls', // no common TLS, or a certificate that does not verify
  'protocol', // something answers that is not PostgreSQL
  'starting', // 57P03 while starting or recovering
  'stopping', // 57P03 while shutting down
  'saturated', // 53300: no connection slot left
  'no_database', // 3D000 without detail: no such row in pg_database
  'files_missing', // 3D000 with detail, 58P01: the row is there, the files are not
  'corrupt', // XX001, XX002, 22023
  'invalid_database', // 55000 and datconnlimit = -2: an interrupted DROP DATABASE
  'connections_disallowed', // 55000 and datallowconn = false
  'disk_full', // 53100
  'permission_denied', // 42501: CONNECT or a grant is missing
  'auth_failed', // 28P01: wrong password, or the role is gone
  'access_denied', // 28000: no such role, NOLOGIN, or no pg_hba.conf line
  'no_password', // the server asks for a password and none is configured
  'terminated', // 57P01, 57P02, 57P04: our session was ended
  'query_timeout', // 57014, 55P03, or our own deadline on a query
  'other',
] as const;
export type ConnectReason = (typeof CONNECT_REASONS)[number];

/** Why the Docker engine could not be read. */
export const DOCKER_REASONS = [
  'off',
  'absent',
  'refused',
  'forbidden',
  'timeout',
  'protocol',
  'error',
] as const;
export type DockerReason = (typeof DOCKER_REASONS)[number];

/** Why a filesystem could not be measured. */
export const DISK_REASONS = ['stuck', 'enotconn', 'eio', 'absent', 'denied', 'exhausted', 'error'] as const;
export type DiskReason = (typeof DISK_REASONS)[number];
