#!/bin/bash
# The role that pgvigil looks with; the image runs this when it initialises an empty data directory.
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres \
  -v password="$PGVIGIL_PASSWORD" -f /pgvigil/role.sql
