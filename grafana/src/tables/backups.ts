import * as units from '@grafana/grafana-foundation-sdk/units';
import type { MetricName } from '../../../src/present/metrics/catalogue.ts';
import { IDENTITY_WORDS, ON_MOUNT_WORDS, SUCCESS_WORDS, TEST_WORDS, WORKS_WORDS } from '../colours.ts';
import { linkFromRow } from '../links.ts';
import { type Column, HOST, tablePanel } from '../panels/table.ts';
import { type Selection, select } from '../select.ts';

interface Place {
  readonly id: number;
  readonly height: number;
}

const newest = (name: MetricName, selection?: Selection, taken = ''): string =>
  `max without (instance, job${taken}) (${select(name, selection)})`;
/** Milliseconds, as Grafana reads instants. */
const instant = (name: MetricName, selection?: Selection, taken?: string): string =>
  `1000 * ${newest(name, selection, taken)}`;

const OF_SOURCE: readonly Column[] = [
  HOST,
  { label: 'server', link: linkFromRow('Overview', 'overview', ['server']) },
  { label: 'source' },
];
const OF_DATABASE: readonly Column[] = [...OF_SOURCE, { label: 'datname' }];

/** How the last restore test ended: 1 passed, 0 inconclusive, -1 failed. */
const TEST_RESULT = `${newest('pgvigil_restore_test_last_result', { where: { result: 'passed' } }, ', result')}
- ${newest('pgvigil_restore_test_last_result', { where: { result: 'failed' } }, ', result')}`;

/** Where backups come from, and whether they can be seen. */
export function sourceTable({ id, height }: Place) {
  return tablePanel({
    id,
    title: 'Sources',
    description: 'Whether the backups of each source can be looked at, and where they lie.',
    width: 24,
    height,
    none: 'no source of backups is configured',
    columns: [
      ...OF_SOURCE,
      { title: 'look', expr: newest('pgvigil_backup_source_up', undefined, ', kind'), mappings: WORKS_WORDS },
      {
        title: 'last look',
        expr: instant('pgvigil_backup_source_last_read_timestamp_seconds'),
        unit: units.DateTimeFromNow,
      },
      { title: 'lies on', expr: newest('pgvigil_backup_directory_on_mount'), mappings: ON_MOUNT_WORDS },
      {
        title: 'space left',
        expr: `min without (instance, job) (${select('pgvigil_backup_directory_avail_bytes')})`,
        unit: units.BytesIEC,
      },
      {
        title: 'counts as none',
        expr: `sum without (reason) (${newest('pgvigil_backup_unusable')})`,
        decimals: 0,
      },
    ],
    sortBy: { title: 'look' },
  });
}

/** The newest backup of every database, here and at a second place. */
export function backupTable({ id, height }: Place) {
  return tablePanel({
    id,
    title: 'Backups',
    description:
      'The newest complete backup at each place, how old it may be, and how far back one can go. Without a name of a database it is of the whole server.',
    width: 24,
    height,
    none: 'no backup is known, and none is expected',
    columns: [
      ...OF_DATABASE,
      { label: 'location' },
      {
        title: 'newest',
        expr: instant('pgvigil_backup_last_success_timestamp_seconds'),
        unit: units.DateTimeFromNow,
      },
      { title: 'may be', expr: newest('pgvigil_backup_max_age_seconds'), unit: units.Seconds },
      { title: 'size', expr: newest('pgvigil_backup_last_size_bytes'), unit: units.BytesIEC },
      { title: 'usual size', expr: newest('pgvigil_backup_size_baseline_bytes'), unit: units.BytesIEC },
      { title: 'kept', expr: newest('pgvigil_backup_copies'), decimals: 0 },
      {
        title: 'oldest',
        expr: instant('pgvigil_backup_oldest_timestamp_seconds'),
        unit: units.DateTimeFromNow,
      },
    ],
    sortBy: { title: 'newest' },
  });
}

/** What is known of each database's backups beside their age. */
export function proofTable({ id, height }: Place) {
  return tablePanel({
    id,
    title: 'What they are worth',
    description:
      'Whether the newest one is of what is on record, how the last attempt and the last restore test ended, and when the newest one that was restored was made.',
    width: 24,
    height,
    none: 'nothing is known',
    columns: [
      ...OF_DATABASE,
      {
        title: 'identity',
        expr: `min without (instance, job) (${select('pgvigil_backup_identity_match')})`,
        mappings: IDENTITY_WORDS,
      },
      {
        title: 'last attempt',
        expr: newest('pgvigil_backup_last_attempt_success'),
        mappings: SUCCESS_WORDS,
      },
      {
        title: 'attempted',
        expr: instant('pgvigil_backup_last_attempt_timestamp_seconds'),
        unit: units.DateTimeFromNow,
      },
      { title: 'restore test', expr: TEST_RESULT, mappings: TEST_WORDS },
      {
        title: 'tested',
        expr: instant('pgvigil_restore_test_last_attempt_timestamp_seconds'),
        unit: units.DateTimeFromNow,
      },
      {
        title: 'restored data of',
        expr: instant(
          'pgvigil_backup_newest_verified_timestamp_seconds',
          { where: { level: 'restore' } },
          ', level',
        ),
        unit: units.DateTimeFromNow,
      },
      { title: 'rows', expr: newest('pgvigil_restore_test_restored_rows'), decimals: 0 },
      { title: 'tables', expr: newest('pgvigil_restore_test_restored_tables'), decimals: 0 },
      {
        title: 'tables that differ',
        expr: newest('pgvigil_restore_test_mismatched_tables'),
        decimals: 0,
      },
    ],
    sortBy: { title: 'restore test' },
  });
}
