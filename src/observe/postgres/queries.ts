import type { Statement } from './session.ts';

/** The list of databases: the cheapest form, planned once per session. Columns as `catalogRows` reads them. */
export const CATALOG: Statement = {
  name: 'pgvigil_catalog',
  text: 'SELECT oid, datname, datistemplate, datallowconn, datconnlimit FROM pg_catalog.pg_database',
};

/** Which cluster this is. May be revoked from PUBLIC, so it is never part of another statement. */
export const SYSTEM_IDENTIFIER: Statement = {
  text: 'SELECT system_identifier FROM pg_catalog.pg_control_system()',
};

/** When this server process started, in seconds since the epoch. */
export const STARTED_AT: Statement = {
  text: 'SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())',
};

/** Timeline and time of the last checkpoint. */
export const CHECKPOINT: Statement = {
  text: `SELECT timeline_id, extract(epoch FROM checkpoint_time) FROM pg_catalog.pg_control_checkpoint()`,
};

/**
 * Everything about the server that a plain LOGIN role may read, in one round trip: one row of facts, then one
 * row per database. A value that needs a privilege is asked for only where the privilege is there.
 */
export const SERVER: Statement = {
  text: `
SELECT current_user, r.rolsuper, r.rolconnlimit,
  pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE'),
  pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
  pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE'),
  pg_catalog.current_setting('server_version'),
  pg_catalog.current_setting('server_version_num'),
  pg_catalog.pg_is_in_recovery(),
  extract(epoch FROM pg_catalog.pg_postmaster_start_time()),
  pg_catalog.current_setting('max_connections'),
  CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
    THEN pg_catalog.current_setting('data_directory') END
FROM (VALUES (1)) AS one LEFT JOIN pg_catalog.pg_roles r ON r.rolname = current_user;
SELECT datid, datname, numbackends, checksum_failures, pg_catalog.has_database_privilege(datid, 'CONNECT')
FROM pg_catalog.pg_stat_database WHERE datid <> 0`,
};

/**
 * Size of one database in bytes. No row: the database is gone. NULL: its directory is gone (PostgreSQL 13 to
 * 18). The join keeps PostgreSQL 18 from raising an error for an oid that does not exist.
 */
export const sizeOf = (oid: number): Statement => ({
  name: 'pgvigil_size',
  text: 'SELECT pg_catalog.pg_database_size(d.oid) FROM pg_catalog.pg_database d WHERE d.oid = $1',
  values: [oid],
});
