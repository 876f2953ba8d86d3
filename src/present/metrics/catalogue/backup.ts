import type { MetricSpec } from './metric.ts';

const SOURCE = ['source', 'server'] as const;
const DATABASE = [...SOURCE, 'datname'] as const;
const PLACE = [...DATABASE, 'location'] as const;

/** Metrics about backups. An empty datname stands for the whole server. */
export const BACKUP_METRICS = {
  pgvigil_backup_source_up: {
    type: 'gauge',
    help: 'Whether the last look for the backups of a source worked. While it is 0, what is said of them may be old. Absent until the first look.',
    labels: [...SOURCE, 'kind'],
  },
  pgvigil_backup_source_last_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When a look for the backups of a source last worked.',
    labels: SOURCE,
  },
  pgvigil_backup_unusable: {
    type: 'gauge',
    help: 'What lies among the backups and counts as none, by reason: incomplete (still written, cut off, or without its record) or unreadable (its record cannot be read).',
    labels: [...SOURCE, 'reason'],
  },
  pgvigil_backup_directory_avail_bytes: {
    type: 'gauge',
    help: 'Space left on the filesystem of the backups. Absent where only a tool knows where they are.',
    labels: SOURCE,
  },
  pgvigil_backup_directory_on_mount: {
    type: 'gauge',
    help: 'Whether the backups lie on a mount of their own and not on the root filesystem, which in a container goes away with it.',
    labels: SOURCE,
  },
  pgvigil_backup_max_age_seconds: {
    type: 'gauge',
    help: 'How old the newest backup may be, out of the config: a newer one is expected. It is there whether there is a backup or not.',
    labels: PLACE,
  },
  pgvigil_backup_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the newest complete backup was finished. Absent where none was ever seen; it stays while nobody can look.',
    labels: PLACE,
  },
  pgvigil_backup_last_size_bytes: {
    type: 'gauge',
    help: 'Size of the newest complete backup, as its tool tells it.',
    labels: PLACE,
  },
  pgvigil_backup_size_baseline_bytes: {
    type: 'gauge',
    help: 'Median size of the seven backups before the newest. Absent while there are fewer than two.',
    labels: PLACE,
  },
  pgvigil_backup_copies: {
    type: 'gauge',
    help: 'Complete backups that are kept.',
    labels: PLACE,
  },
  pgvigil_backup_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest backup that is kept was finished: how far back one can go.',
    labels: PLACE,
  },
  pgvigil_backup_identity_match: {
    type: 'gauge',
    help: 'Whether the newest backup is of the server and the database that are on record. Absent where one of both does not say.',
    labels: DATABASE,
  },
  pgvigil_backup_newest_verified_timestamp_seconds: {
    type: 'gauge',
    help: 'When the newest backup that passed was made, by level: checksum (the same bytes), archive (decoded to the end), restore (restored and compared).',
    labels: [...DATABASE, 'level'],
  },
  pgvigil_backup_last_attempt_timestamp_seconds: {
    type: 'gauge',
    help: 'When pgvigil last began to make a backup.',
    labels: DATABASE,
  },
  pgvigil_backup_last_attempt_success: {
    type: 'gauge',
    help: 'Whether it made one; while it runs, whether the one before did. Absent until one has ended.',
    labels: DATABASE,
  },
  pgvigil_backup_in_progress: {
    type: 'gauge',
    help: 'Whether an attempt has begun and has not said how it ended.',
    labels: DATABASE,
  },
  pgvigil_backup_last_duration_seconds: {
    type: 'gauge',
    help: 'How long the phases of the last attempt took.',
    labels: [...DATABASE, 'phase'],
  },
  pgvigil_backup_runs_total: {
    type: 'counter',
    help: 'Attempts to make a backup, by how they ended.',
    labels: [...DATABASE, 'result'],
  },
  pgvigil_backup_pruned_total: {
    type: 'counter',
    help: 'Backups that were deleted because newer ones are kept.',
    labels: DATABASE,
  },
  pgvigil_backup_retention_held: {
    type: 'gauge',
    help: 'Always 1, and there while nothing is deleted for this reason.',
    labels: [...DATABASE, 'reason'],
  },
  pgvigil_restore_test_max_age_seconds: {
    type: 'gauge',
    help: 'How old the newest backup that passed a restore test may be, out of the config. It is there whether one passed or not.',
    labels: DATABASE,
  },
  pgvigil_restore_test_last_result: {
    type: 'gauge',
    help: 'One of passed, failed and inconclusive is 1: how the last restore test ended. Inconclusive tells nothing about the backup. Copies here and somewhere else are tried apart: the worse one is told.',
    labels: [...DATABASE, 'result'],
  },
  pgvigil_restore_test_reason_info: {
    type: 'gauge',
    help: 'Always 1, and there while the last restore test has not passed: why.',
    labels: [...DATABASE, 'reason'],
  },
  pgvigil_restore_test_in_progress: {
    type: 'gauge',
    help: 'Whether a restore test runs.',
    labels: DATABASE,
  },
  pgvigil_restore_test_last_attempt_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last restore test began.',
    labels: DATABASE,
  },
  pgvigil_restore_test_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a restore test last passed, by where the copy came from.',
    labels: PLACE,
  },
  pgvigil_restore_test_duration_seconds: {
    type: 'gauge',
    help: 'How long the phases of the last restore test took; together they say how long a restore takes.',
    labels: [...DATABASE, 'phase'],
  },
  pgvigil_restore_test_checks: {
    type: 'gauge',
    help: 'Always 1: how each check of the last restore test ended. What was skipped was not looked at.',
    labels: [...DATABASE, 'check', 'result'],
  },
  pgvigil_restore_test_restored_bytes: {
    type: 'gauge',
    help: 'Size of the database that the last restore test made.',
    labels: DATABASE,
  },
  pgvigil_restore_test_restored_tables: {
    type: 'gauge',
    help: 'Tables in it.',
    labels: DATABASE,
  },
  pgvigil_restore_test_restored_rows: {
    type: 'gauge',
    help: 'Rows in it.',
    labels: DATABASE,
  },
  pgvigil_restore_test_mismatched_tables: {
    type: 'gauge',
    help: 'Tables that were not restored as they had been dumped.',
    labels: DATABASE,
  },
  pgvigil_restore_test_data_timestamp_seconds: {
    type: 'gauge',
    help: 'The moment the restored data is of: whatever came later would have been lost.',
    labels: DATABASE,
  },
} as const satisfies Record<string, MetricSpec>;
