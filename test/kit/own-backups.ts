import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readContent } from '../../src/guard/content.ts';
import { openTarget } from '../../src/guard/restore/target.ts';
import type { BackupManifest } from '../../src/model/backup.ts';
import { databaseDirectory, dumpNames, stampOf } from '../../src/observe/backups/own/layout.ts';
import { decodeManifest, encodeManifest } from '../../src/observe/backups/own/manifest-codec.ts';
import type { Postgres } from './postgres.ts';
import { postgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** A backup on the disk, as `pgvigil backup` leaves it, to be damaged by a test. */
export interface BackupOnDisk {
  readonly id: string;
  readonly dump: string;
  readonly manifestPath: string;
  readonly manifest: () => BackupManifest;
  /** Changes the dump; `honest`: and the manifest with it, as if the damage had been there when it was made. */
  readonly damage: (change: (bytes: Buffer) => Buffer, honest?: boolean) => void;
  readonly rewriteManifest: (change: (manifest: BackupManifest) => BackupManifest) => void;
}

/** Dumps a database of PostgreSQL 15 into a directory of backups, with its manifest. */
export async function makeBackup(
  server: Postgres,
  where: {
    readonly directory: string;
    readonly datname: string;
    readonly server?: string;
    readonly at?: number;
    readonly pgDump?: readonly string[];
  },
): Promise<BackupOnDisk> {
  const { directory, datname, server: name = 'main', at = Date.now(), pgDump = [] } = where;
  const [row] = await server.query(
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS id, oid::text,
      pg_database_size(oid)::text AS bytes, current_setting('server_version') AS version
      FROM pg_database WHERE datname = '${datname}'`,
  );
  const systemIdentifier = String(row?.['id']);
  const at2 = databaseDirectory(directory, { server: name, systemIdentifier, datname });
  mkdirSync(at2, { recursive: true });
  const id = stampOf(at);
  const names = dumpNames(id);
  const dump = join(at2, names.data);
  const manifestPath = join(at2, names.manifest);
  const bin = postgresBinaries(15) ?? '';
  const base = ['-h', server.socketDirectory, '-p', String(server.port), '-U', 'postgres', '-Fc', '-f', dump];
  await run(join(bin, 'pg_dump'), [...base, ...pgDump, datname]);
  const version = String(row?.['version']).split(' ')[0] ?? '';
  const files = (bytes: Buffer) => [
    { name: names.data, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
  ];
  const roles = await server.query(`SELECT rolname FROM pg_roles WHERE oid >= 16384 AND NOT rolsuper`);
  const manifest: BackupManifest = {
    schema: 1,
    tool: { name: 'pgvigil', version: '0.1.0' },
    source: 'nightly',
    server: name,
    datname,
    systemIdentifier,
    oid: String(row?.['oid']),
    serverVersion: version,
    clientVersion: version,
    startedAt: at,
    snapshotAt: at,
    finishedAt: at,
    databaseBytes: Number(row?.['bytes']),
    files: files(readFileSync(dump)),
    ...(await contentOf(server, datname)),
    roles: roles.map((one) => String(one['rolname'])),
    verified: [],
  };
  writeFileSync(manifestPath, encodeManifest(manifest));
  const read = (): BackupManifest => decodeManifest(readFileSync(manifestPath, 'utf8'));
  const rewriteManifest: BackupOnDisk['rewriteManifest'] = (change) =>
    writeFileSync(manifestPath, encodeManifest(change(read())));
  return {
    id,
    dump,
    manifestPath,
    manifest: read,
    rewriteManifest,
    damage(change, honest = false) {
      const bytes = change(readFileSync(dump));
      writeFileSync(dump, bytes);
      if (honest) rewriteManifest((before) => ({ ...before, files: files(bytes) }));
    },
  };
}

/** What a database holds, as a backup counts it. */
export async function contentOf(server: Postgres, datname: string) {
  const target = openTarget({ ...server.config(), host: server.socketDirectory }, clock, 60_000);
  try {
    const session = await target.open(datname);
    const ask = async (text: string) => (await session.query({ text })).at(-1) ?? [];
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await readContent(ask, 1_000_000_000);
  } finally {
    await target.close();
  }
}

/** A database with what makes restores difficult; returns its tables and their rows. */
export async function fillShop(server: Postgres, datname: string, rows = 20_000): Promise<void> {
  await server.query(`CREATE ROLE simfab NOLOGIN`).catch(() => {});
  await server.query(`CREATE DATABASE ${datname} OWNER simfab`);
  await server.query(
    `
    CREATE EXTENSION hstore;
    CREATE SCHEMA app AUTHORIZATION simfab;
    SET ROLE simfab;
    CREATE TYPE app.state AS ENUM ('new', 'paid', 'sent');
    CREATE TABLE app.customers (id bigserial PRIMARY KEY, name varchar NOT NULL, kind varchar CHECK (kind IN ('a', 'b')), t text);
    CREATE TABLE app.orders (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES app.customers,
      state app.state NOT NULL, cents numeric(12, 2) NOT NULL, note text, at timestamptz NOT NULL, "odd ""name" real);
    CREATE TABLE app.parts (id bigint, at date NOT NULL, what text) PARTITION BY RANGE (at);
    CREATE TABLE app.parts_2026 PARTITION OF app.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE "Odd table; --" ("a""b" int, pgvigil_row text);
    CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz);
    ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON app.orders FOR SELECT TO simfab USING (true);
    CREATE VIEW app.paid AS SELECT * FROM app.orders WHERE state IN ('paid', 'sent');
    CREATE MATERIALIZED VIEW app.sums AS SELECT state, sum(cents) FROM app.orders GROUP BY state;
    CREATE FUNCTION app.double(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
    CREATE INDEX orders_double ON app.orders (app.double(id::int));
    INSERT INTO app.customers (name, kind, t) SELECT 'customer ' || n, 'a', 't' FROM generate_series(1, 500) n;
    INSERT INTO app.orders (customer, state, cents, note, at, "odd ""name")
      SELECT 1 + n % 500, 'paid', n / 7.0, md5(n::text), timestamptz '2026-01-01' + n * interval '1 minute', n / 3.0
      FROM generate_series(1, ${rows}) n;
    INSERT INTO app.parts SELECT n, date '2026-01-01' + n % 365, 'part' FROM generate_series(1, 1000) n;
    INSERT INTO "Odd table; --" VALUES (1, 'x'), (2, NULL);
    INSERT INTO _prisma_migrations VALUES ('20261101_orders', now());
    REFRESH MATERIALIZED VIEW app.sums;
  `.replace('SET ROLE simfab;', 'GRANT ALL ON SCHEMA public TO simfab; SET ROLE simfab;'),
    datname,
  );
}
