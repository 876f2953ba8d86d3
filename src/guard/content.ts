import { createHash } from 'node:crypto';
import type { TableContent } from '../model/backup.ts';

/** Sends one text of SQL, which may hold several statements, and gives the rows of the last one, as text. */
export type Ask = (text: string) => Promise<readonly (readonly (string | null)[])[]>;

/** What a database holds, to be compared with itself after a restore. */
export interface Content {
  readonly tables: readonly TableContent[];
  /** Of its outline: see `OUTLINE`. */
  readonly schemaSha256: string;
  readonly extensions: readonly string[];
  readonly migrations: { readonly table: string; readonly latest: string } | undefined;
}

/**
 * What decides how a row looks as text, so that the same row always gives the same hash; and no search path, for an
 * owner may have set one whose operators are their own. `row_security`: a role that may not see all is told so.
 */
const PINS = `
SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off; SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0;
SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';
SET LOCAL xmlbinary = 'base64'; SET LOCAL quote_all_identifiers = off;`;

/** Schemas that are ours to compare: neither the system's nor a session's. */
const OURS = `n.nspname <> 'information_schema' AND NOT starts_with(n.nspname::text, 'pg_')`;
/** What an extension brings is not in a dump, but by the name of the extension. */
const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

/** Ordinary tables with their size in bytes: leaves of partitioned ones too, materialized views not, for a restore computes them anew. */
const TABLES = `
SELECT n.nspname, c.relname, pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${OURS} AND ${notOfExtension('pg_class', 'c.oid')}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/**
 * One line for each thing that a restore has to bring back, by names and types. Expressions are not in it: PostgreSQL
 * writes some of them down in another form after a restore, such as `IN` over a varchar in a CHECK. Nor are indexes
 * that are not valid, for pg_dump leaves them out.
 */
const OUTLINE = `
SELECT line FROM (
  SELECT 'schema ' || quote_ident(n.nspname) FROM pg_namespace n WHERE ${OURS} AND n.nspname <> 'public'
    AND ${notOfExtension('pg_namespace', 'n.oid')}
  UNION ALL
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' WHEN 'i' THEN 'index ' WHEN 'I' THEN 'index ' WHEN 'v' THEN 'view '
      WHEN 'm' THEN 'materialized view ' ELSE 'table ' END
    || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    || CASE c.relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END
    || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I') AND c.relpersistence <> 't' AND ${OURS}
    AND (c.relkind <> 'i' OR i.indisvalid)
    AND ${notOfExtension('pg_class', 'c.oid')} AND ${notOfExtension('pg_class', 'i.indrelid')}
  UNION ALL
  SELECT 'column ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname) || ' '
    || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
    || CASE WHEN a.atthasdef THEN ' default' ELSE '' END || a.attidentity::text || a.attgenerated::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
    AND ${OURS} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'constraint ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(o.conname)
    || ' ' || o.contype::text || CASE WHEN NOT o.convalidated THEN ' not valid' ELSE '' END
  FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${OURS} AND o.contype IN ('c', 'f', 'p', 'u', 'x') AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'trigger ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(t.tgname)
    || ' ' || t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND ${OURS} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'function ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
    || pg_get_function_identity_arguments(p.oid) || ') ' || p.prokind::text || ' ' || md5(p.prosrc)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE ${OURS} AND ${notOfExtension('pg_proc', 'p.oid')}
  UNION ALL
  SELECT 'type ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' ' || t.typtype::text
    || coalesce((SELECT ' ' || string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder)
      FROM pg_enum e WHERE e.enumtypid = t.oid), '')
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('d', 'e', 'r') AND ${OURS} AND ${notOfExtension('pg_type', 't.oid')}
  UNION ALL
  SELECT 'policy ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(y.polname)
    || ' ' || y.polcmd::text
  FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}
) AS outline (line) ORDER BY line COLLATE "C"`;

const EXTENSIONS = `SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname COLLATE "C"`;

/** Tables in which tools keep what was migrated, each with the statement for the last one. */
const MIGRATIONS = [
  ['_prisma_migrations', 'migration_name', 'finished_at IS NOT NULL'],
  ['schema_migrations', 'version', 'true'],
  ['flyway_schema_history', 'version', 'success'],
  ['django_migrations', 'app || $$.$$ || name', 'true'],
  ['alembic_version', 'version_num', 'true'],
  ['knex_migrations', 'name', 'true'],
  ['SequelizeMeta', 'name', 'true'],
] as const;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Reads what a database holds, inside the transaction that `ask` is in: that of the snapshot that is dumped, or one on
 * the restored database. Tables of more than `hashBelowBytes` are counted only.
 */
export async function readContent(ask: Ask, hashBelowBytes: number): Promise<Content> {
  const found = await ask(`${PINS} ${TABLES}`);
  const tables: TableContent[] = [];
  for (const [schema, name, bytes] of found) {
    if (schema == null || name == null) throw new Error('unreachable: names are never null');
    tables.push(await readTable(ask, { schema, name }, Number(bytes) <= hashBelowBytes));
  }
  const outline = await ask(OUTLINE);
  const text = outline.map(([line]) => `${line}\n`).join('');
  return {
    tables,
    schemaSha256: createHash('sha256').update(text).digest('hex'),
    extensions: (await ask(EXTENSIONS)).map(([name]) => name ?? ''),
    migrations: await readMigrations(ask, tables),
  };
}

async function readTable(
  ask: Ask,
  { schema, name }: { readonly schema: string; readonly name: string },
  hashed: boolean,
): Promise<TableContent> {
  // By this alias with a star: a plain alias would mean a column of that name, where there is one.
  const hash = hashed ? ', coalesce(sum(hashtextextended((pgvigil_row.*)::text, 0)::numeric), 0)' : '';
  const rows = await ask(`SELECT count(*)${hash} FROM ONLY ${quoted(schema)}.${quoted(name)} AS pgvigil_row`);
  return { schema, name, rows: Number(rows[0]?.[0]), hash: rows[0]?.[1] ?? undefined };
}

async function readMigrations(ask: Ask, tables: readonly TableContent[]): Promise<Content['migrations']> {
  for (const [table, column, condition] of MIGRATIONS) {
    const at = tables.find(({ name }) => name === table);
    if (at === undefined) continue;
    const place = `${quoted(at.schema)}.${quoted(at.name)}`;
    await ask('SAVEPOINT pgvigil_migrations');
    try {
      const rows = await ask(`SELECT max((${column})::text) FROM ${place} WHERE ${condition}`);
      return { table: `${at.schema}.${at.name}`, latest: rows[0]?.[0] ?? '' };
    } catch {
      // A table of another tool under the same name.
      await ask('ROLLBACK TO SAVEPOINT pgvigil_migrations');
    }
  }
  return undefined;
}
