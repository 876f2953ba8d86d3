import type { BackupManifest, TableContent } from '../../src/model/backup.ts';

/** Rows of a table of the schema `app`; the hash is made up of what it is given. */
export const tableOf = (name: string, rows: number, hash?: string): TableContent => ({
  schema: 'app',
  name,
  rows,
  hash,
});

/** A whole manifest of a small database. */
export function manifestOf(overrides: Partial<BackupManifest> = {}): BackupManifest {
  const at = Date.UTC(2026, 10, 27, 2, 15, 0);
  return {
    schema: 1,
    tool: { name: 'pgvigil', version: '0.1.0' },
    source: 'nightly',
    server: 'main',
    datname: 'simfab_dev',
    systemIdentifier: '7711164505161400930',
    oid: '16384',
    serverVersion: '15.18',
    clientVersion: '15.18',
    startedAt: at,
    snapshotAt: at + 1000,
    finishedAt: at + 60_000,
    databaseBytes: 10_000_000,
    files: [{ name: '20261127T021500Z.dump', bytes: 3, sha256: 'ab'.repeat(32) }],
    tables: [tableOf('orders', 3, '-17'), tableOf('parts', 200_000)],
    schemaSha256: 'cd'.repeat(32),
    extensions: ['hstore'],
    roles: ['simfab'],
    migrations: { table: 'app._prisma_migrations', latest: '20261101_orders' },
    verified: [],
    ...overrides,
  };
}
