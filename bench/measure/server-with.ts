import { cloneShop } from '../../test/faults/databases/clones.ts';
import { type Postgres, startPostgres } from '../../test/kit/postgres.ts';

/** The role as which pgvigil and postgres_exporter look: the same rights for both. */
export const WATCHER = 'watcher';

/** Databases that a person would name in the configuration; the others are learned. */
export const NAMED = 10;

export const nameOf = (index: number): string => `tenant_${String(index).padStart(5, '0')}`;

/**
 * A PostgreSQL 15 as Debian has it, with so many databases beside its own. Each is a row with a directory of 300 files
 * to be looked at, and all share one such directory: as many real ones take 7 MB of disk each and give the same answers.
 * Nothing else works on it: autovacuum would visit every database in turn.
 */
export async function startServerWith(databases: number): Promise<Postgres> {
  const postgres = await startPostgres({
    version: 15,
    settings: {
      autovacuum: 'off',
      shared_buffers: '128MB',
      max_connections: '100',
      shared_preload_libraries: 'pg_stat_statements',
    },
  });
  try {
    await postgres.query('CREATE EXTENSION pg_stat_statements');
    await postgres.query(`CREATE ROLE ${WATCHER} LOGIN; GRANT pg_monitor TO ${WATCHER}`);
    await postgres.query('CREATE DATABASE shop');
    await cloneShop(
      postgres,
      Array.from({ length: databases - 1 }, (_, index) => nameOf(index)),
    );
    await postgres.query('CHECKPOINT');
    return postgres;
  } catch (error) {
    await postgres.dispose();
    throw error;
  }
}
