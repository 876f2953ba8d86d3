
-- Entering a database needs CONNECT, which everybody has unless it was revoked.
SELECT pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %I', datname, :'role')
  FROM pg_catalog.pg_database
  WHERE datname IN ('it''s "quoted"', E'back\\slash\\n', '$(touch pwned) `touch pwned` $HOME', 'two
lines: true', '# no comment', '''); DROP ROLE postgres; --', 'a,b', 'ünïcödé 😀', '-leading', 'null', ' ‮')
    AND NOT pg_catalog.has_database_privilege(:'role', datname, 'CONNECT')
\gexec
