import type { RiskRule } from './rule.ts';

/**
 * The expected database is made by POSTGRES_DB: on an empty volume it comes back by itself, empty, and a
 * check by name stays green (docker-library/postgres, entrypoint: only without PG_VERSION).
 */
export const defaultDatabaseOnlyOnFirstInit: RiskRule = ({ container, memory, server }) => {
  const inspection = container?.inspection;
  if (!container || !inspection) return undefined;
  const datname = inspection.postgresDatabase;
  if (datname === undefined) return false;
  const expected =
    server.databases.expect.includes(datname) || memory?.databases.get(datname)?.source !== undefined;
  return expected && { container: container.name, datname };
};
