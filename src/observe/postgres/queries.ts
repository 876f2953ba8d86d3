import type { Statement } from './session.ts';

/** The list of databases: the cheapest form, planned once per session. Columns as `catalogRows` reads them. */
export const CATALOG: Statement = {
  name: 'pgvigil_catalog',
  text: 'SELECT oid, datname, datistemplate, datallowconn, datconnlimit FROM pg_catalog.pg_database',
};

/**
 * The oids of the databases that somebody holds exclusively, as DROP DATABASE does from before its first mark to its end
 * (dropdb, dbcommands.c); 1262 is pg_database. Everybody may see locks.
 */
export const BEING_DROPPED: Statement = {
  text: `SELECT objid FROM pg_catalog.pg_locks
WHERE locktype OPERATOR(pg_catalog.=) 'object' AND classid OPERATOR(pg_catalog.=) 1262
  AND mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' AND granted`,
};

/** Which cluster this is. May be revoked from PUBLIC, so it is never part of another statement. */
export const SYSTEM_IDENTIFIER: Statement = {
  text: 'SELECT system_identifier FROM pg_catalog.pg_control_system()',
};

/** When this server process started, in seconds since the epoch. */
export const STARTED_AT: Statement = {
  text: 'SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())',
};

/** How many connections our own role may have; -1: no limit. */
export const OWN_LIMIT: Statement = {
  text: `SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user`,
};

/** Timeline and time of the last checkpoint. */
export const CHECKPOINT: Statement = {
  text: `SELECT timeline_id, extract(epoch FROM checkpoint_time) FROM pg_catalog.pg_control_checkpoint()`,
};

/**
 * Everything about the server that a plain LOGIN role may read, in one round trip: one row of facts, then one
 * row per database. A value that needs a privilege is asked for only where the privilege is there. Operators
 * are named in full, for the reason that `pinned` gives.
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
FROM (VALUES (1)) AS one LEFT JOIN pg_catalog.pg_roles r ON r.rolname OPERATOR(pg_catalog.=) current_user;
SELECT datid, datname, numbackends, checksum_failures, pg_catalog.has_database_privilege(datid, 'CONNECT')
FROM pg_catalog.pg_stat_database WHERE datid OPERATOR(pg_catalog.<>) 0`,
};

/**
 * The oids of the databases whose directories hold files, in one look at each directory: a database that is listed and
 * not among these has lost them. Everybody may ask (pg_tablespace_databases, PostgreSQL docs "System Information
 * Functions"); no database lives in pg_global.
 */
export const WITH_FILES: Statement = {
  text: `SELECT pg_catalog.pg_tablespace_databases(oid) FROM pg_catalog.pg_tablespace
WHERE spcname OPERATOR(pg_catalog.<>) 'pg_global'`,
};

/**
 * Size of one database in bytes. No row: the database is gone. NULL: its directory is gone (PostgreSQL 13 to
 * 18). The join keeps PostgreSQL 18 from raising an error for an oid that does not exist.
 */
export const sizeOf = (oid: number): Statement => ({
  name: 'pgvigil_size',
  text: `SELECT pg_catalog.pg_database_size(d.oid) FROM pg_catalog.pg_database d
    WHERE d.oid OPERATOR(pg_catalog.=) $1`,
  values: [oid],
});

/**
 * The owner of a database may set a search_path for everybody who enters it: without this, operators of theirs
 * would run as us. It is part of the message, so one transaction and one round trip, and one statement
 * for all settings.
 */
const pinned = (more: Readonly<Record<string, string | number>> = {}): string =>
  `SELECT ${Object.entries({ search_path: 'pg_catalog', ...more })
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
    .join(', ')};`;

/** So many files are looked at; of more tables that may be empty a sample stands for all. */
export const LOOKED_AT = 1000;

/**
 * Counts the user tables of the database we are in; columns as `tablesFacts` reads them. `relpages` above zero
 * says that a table holds data: TRUNCATE sets it to zero and every rewrite sets it anew, so only where it is
 * zero (empty, or never vacuumed) the file is looked at. That spares the lock on tables that are known to hold
 * data, and the cost: with 10,000 tables every look costs 180 ms and 20 MB of backend memory, with this at most
 * 40 ms and 7 MB (PostgreSQL 15 and 18, warm). pg_relation_size needs no right on the table, takes one
 * AccessShareLock at a time, and gives NULL when the table is gone by now. Temporary tables do not count.
 */
export const countTables = (timeoutMs: number): Statement => ({
  text: `${pinned({ statement_timeout: timeoutMs, lock_timeout: LOCK_MS, max_parallel_workers_per_gather: 0, jit: 'off' })}
WITH tables AS MATERIALIZED (
  SELECT c.oid, c.relpages > 0 AS filled
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND NOT starts_with(n.nspname::text, 'pg_')
), looked AS MATERIALIZED (
  SELECT pg_relation_size(oid, 'main') AS bytes
  FROM (SELECT oid FROM tables WHERE NOT filled ORDER BY hashoid(oid) LIMIT ${LOOKED_AT}) AS sample
)
SELECT (SELECT count(*) FROM tables), (SELECT count(*) FROM tables WHERE filled),
  count(*), count(bytes), count(*) FILTER (WHERE bytes > 0) FROM looked`,
});
/** Whoever holds a table exclusively is soon done, or the count is not known this time. */
const LOCK_MS = 100;

/**
 * Sessions whose last statement may be a DROP DATABASE; columns as `dropSessions` reads them. Without
 * pg_read_all_stats the text of others is not shown, so none is found. The collation makes `lower` safe: texts
 * of other databases may be in another encoding.
 */
export const DROP_SESSIONS: Statement = {
  text: `${pinned()}
SELECT pg_get_userbyid(usesysid), client_addr, application_name, state = 'active',
  extract(epoch FROM clock_timestamp() - CASE state WHEN 'active' THEN query_start ELSE state_change END),
  left(query, 4096)
FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND lower(query COLLATE "C") LIKE '%drop%database%'
ORDER BY state_change DESC LIMIT 100`,
};
