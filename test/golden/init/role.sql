-- The role that pgvigil logs in as: it can look, and nothing else. Written by `pgvigil init` from its
-- postgres/role.sql; run it by psql as a superuser (on a managed server as its administrator), as often as you like.

\set ON_ERROR_STOP on
-- What the server keeps of the password in the secret file; -v password=… takes another one.
\if :{?password}
\else
  \set password 'SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$I56a6BZ7L6XnlmTI4pEKawCob+SrGFyHft9aLBtXDMI=:GJFZb4+qyrdf90ebHg9prDfzY9J1vMsnPOkb76+izos='
\endif
-- pgvigil looks at the server from here, and two of the grants count in one database only.
\connect postgres

\if :{?role}
\else
  \set role pgvigil
\endif
SELECT pg_catalog.current_setting('is_superuser') = 'on' AS is_superuser \gset
\if :is_superuser
  -- Else a server that logs statements would write the password into its log.
  SET log_statement = 'none';
  SET log_min_error_statement = 'panic';
  SET log_min_duration_statement = -1;
\endif

BEGIN;

SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :'role') AS is_new \gset
\if :is_new
  CREATE ROLE :"role";
\endif

-- CONNECTION LIMIT 3: pgvigil needs two, one kept and one fresh. When the server hangs, up to two handshakes
-- may be left waiting in it; the limit makes sure that a watcher can never use up the slots of others.
-- INHERIT: what is granted below works without SET ROLE.
ALTER ROLE :"role" LOGIN INHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3;
\if :is_superuser
  ALTER ROLE :"role" NOSUPERUSER NOREPLICATION NOBYPASSRLS;
\endif
\if :{?password}
  ALTER ROLE :"role" PASSWORD :'password';
\endif

-- Not pg_monitor: that one also holds pg_stat_scan_tables, whose functions read and lock whole tables.
-- pg_read_all_stats: sizes of databases it may not connect to. pg_read_all_settings: data_directory.
GRANT pg_read_all_stats, pg_read_all_settings TO :"role";

-- Identity of the cluster. Everybody may call these unless somebody revoked it, so an administrator who may
-- not grant them most often need not.
\if :is_superuser
  GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system(), pg_catalog.pg_control_checkpoint() TO :"role";
\endif

-- A session of ours that was forgotten in a transaction or behind a lock ends by itself.
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE :"role" SET lock_timeout = '500ms';
ALTER ROLE :"role" SET default_transaction_read_only = on;

COMMIT;
