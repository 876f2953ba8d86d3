import type { FileBackups, OwnBackups, PgBackRestBackups } from '../../src/model/backup-source.ts';
import type { BackupFacts, BackupReason, BackupSeries, BackupView } from '../../src/model/backup-view.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** When the newest backup of a test was finished. */
export const BACKUP_AT = Date.UTC(2026, 0, 1, 1, 30, 0);

/** Backups by pgvigil of every database of `main`, with the given differences. */
export const ownBackups = (changes: Partial<OwnBackups> = {}): OwnBackups => ({
  kind: 'pgvigil',
  name: 'nightly',
  server: 'main',
  databases: undefined,
  maxAgeMs: 26 * HOUR,
  location: 'local',
  directory: '/backups',
  schedule: undefined,
  physical: false,
  hashTablesBelowBytes: 0,
  deadlineMs: HOUR,
  keep: { daily: 7, weekly: 4, monthly: 6, atLeast: 3, ignoreTables: [], hold: false },
  requireMount: 'never',
  connection: {
    host: '127.0.0.1',
    port: 5432,
    user: 'postgres',
    password: undefined,
    database: 'postgres',
    tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
  },
  offsite: undefined,
  restoreTest: undefined,
  ...changes,
});

export const fileBackups = (changes: Partial<FileBackups> = {}): FileBackups => ({
  kind: 'files',
  name: 'dumps',
  server: 'main',
  databases: undefined,
  maxAgeMs: 26 * HOUR,
  location: 'local',
  path: '/srv/dumps/{datname}-*.dump',
  minBytes: 100,
  restoreTest: undefined,
  ...changes,
});

export const pgBackRestBackups = (changes: Partial<PgBackRestBackups> = {}): PgBackRestBackups => ({
  kind: 'pgbackrest',
  name: 'archive',
  server: 'main',
  databases: undefined,
  maxAgeMs: 26 * HOUR,
  location: 'local',
  command: ['pgbackrest'],
  stanza: 'main',
  offsiteRepositories: undefined,
  ...changes,
});

/** One complete backup of `simfab_dev`, with the given differences. */
export const backupSeries = (changes: Partial<BackupSeries> = {}): BackupSeries => ({
  datname: 'simfab_dev',
  location: 'local',
  newest: { finishedAt: BACKUP_AT, bytes: 1000, systemIdentifier: undefined, oid: undefined },
  baselineBytes: undefined,
  count: 1,
  oldestAt: BACKUP_AT,
  verified: {},
  ...changes,
});

/** What a look found, or why it did not see. */
export function backupView(
  found: Partial<BackupFacts> | BackupReason | undefined,
  changes: Partial<BackupView> = {},
): BackupView {
  const when = { at: BACKUP_AT + HOUR, monotonicMs: 1, tookMs: 1 };
  const rest = { directory: '/backups', runs: [], tests: [], ...changes };
  if (found === undefined) return { ...rest, backups: undefined };
  if (typeof found === 'string') {
    const observation = { seen: false, reason: found, detail: `cannot look: ${found}`, ...when } as const;
    return { ...rest, backups: { observation, lastSeen: undefined } };
  }
  const facts: BackupFacts = { series: [], incomplete: 0, unreadable: 0, ...found };
  const observation = { seen: true, facts, ...when } as const;
  return { ...rest, backups: { observation, lastSeen: observation } };
}
