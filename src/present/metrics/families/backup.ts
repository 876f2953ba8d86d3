import { RUN_RESULTS } from '../../../model/backup-run.ts';
import type { BackupSourceVerdict, BackupVerdict } from '../../../model/backup-verdict.ts';
import type { Report } from '../../../model/report.ts';
import { RESTORE_RESULTS } from '../../../model/restore-test.ts';
import type { Emit } from '../sheet.ts';
import { toDuration, toSeconds } from '../unit.ts';

/** Writes down what a report says about backups. */
export function emitBackups({ backups }: Report, emit: Emit): void {
  for (const verdict of backups) emitSource(verdict, emit);
}

interface Database {
  readonly source: string;
  readonly server: string;
  readonly datname: string;
}

function emitSource(verdict: BackupSourceVerdict, emit: Emit): void {
  const { source, server, kind, incomplete, unreadable } = verdict;
  const labels = { source, server };
  emit('pgvigil_backup_source_up', { source, server, kind }, verdict.up);
  emit('pgvigil_backup_source_last_read_timestamp_seconds', labels, toSeconds(verdict.lastReadAt));
  emit('pgvigil_backup_unusable', { ...labels, reason: 'incomplete' }, incomplete);
  emit('pgvigil_backup_unusable', { ...labels, reason: 'unreadable' }, unreadable);
  emit('pgvigil_backup_directory_avail_bytes', labels, verdict.availBytes);
  emit('pgvigil_backup_directory_on_mount', labels, verdict.onMount);
  for (const of of verdict.databases) {
    const database = { source, server, datname: of.datname };
    emitCopies(of, database, emit);
    // Counters are there from the start, as soon as it can be read that there was no run.
    if (of.run !== undefined || (kind === 'pgvigil' && verdict.up)) emitRuns(of, database, emit);
    emitTest(of, database, emit);
  }
}

function emitCopies(
  { places, identityMatch, verified }: BackupVerdict,
  database: Database,
  emit: Emit,
): void {
  for (const place of places) {
    const labels = { ...database, location: place.location };
    emit('pgvigil_backup_max_age_seconds', labels, toDuration(place.maxAgeMs));
    emit('pgvigil_backup_last_success_timestamp_seconds', labels, toSeconds(place.newestAt));
    emit('pgvigil_backup_last_size_bytes', labels, place.bytes);
    emit('pgvigil_backup_size_baseline_bytes', labels, place.baselineBytes);
    emit('pgvigil_backup_copies', labels, place.count);
    emit('pgvigil_backup_oldest_timestamp_seconds', labels, toSeconds(place.oldestAt));
  }
  emit('pgvigil_backup_identity_match', database, identityMatch);
  for (const [level, at] of Object.entries(verified)) {
    emit('pgvigil_backup_newest_verified_timestamp_seconds', { ...database, level }, toSeconds(at));
  }
}

function emitRuns({ run }: BackupVerdict, database: Database, emit: Emit): void {
  for (const result of RUN_RESULTS) {
    emit('pgvigil_backup_runs_total', { ...database, result }, run?.totals[result] ?? 0);
  }
  emit('pgvigil_backup_pruned_total', database, run?.pruned ?? 0);
  if (run === undefined) return;
  const isRunning = run.result === 'running';
  emit('pgvigil_backup_last_attempt_timestamp_seconds', database, toSeconds(run.startedAt));
  const ended = isRunning ? run.resultBefore : run.result;
  emit(
    'pgvigil_backup_last_attempt_success',
    database,
    ended === undefined ? undefined : ended === 'success',
  );
  emit('pgvigil_backup_in_progress', database, isRunning);
  for (const [phase, ms] of Object.entries(run.phasesMs)) {
    emit('pgvigil_backup_last_duration_seconds', { ...database, phase }, toDuration(ms));
  }
  for (const reason of run.held) emit('pgvigil_backup_retention_held', { ...database, reason }, 1);
}

function emitTest({ test }: BackupVerdict, database: Database, emit: Emit): void {
  emit('pgvigil_restore_test_max_age_seconds', database, toDuration(test.maxAgeMs));
  for (const [location, at] of Object.entries(test.passedAt)) {
    emit('pgvigil_restore_test_last_success_timestamp_seconds', { ...database, location }, toSeconds(at));
  }
  const { last } = test;
  if (last === undefined && !test.running) return;
  emit('pgvigil_restore_test_in_progress', database, test.running);
  if (last === undefined) return;
  for (const result of RESTORE_RESULTS) {
    emit('pgvigil_restore_test_last_result', { ...database, result }, last.result === result);
  }
  if (last.reason !== undefined) {
    emit('pgvigil_restore_test_reason_info', { ...database, reason: last.reason }, 1);
  }
  emit('pgvigil_restore_test_last_attempt_timestamp_seconds', database, toSeconds(last.startedAt));
  for (const [phase, seconds] of Object.entries(last.phases)) {
    emit('pgvigil_restore_test_duration_seconds', { ...database, phase }, seconds);
  }
  for (const [check, result] of Object.entries(last.checks)) {
    emit('pgvigil_restore_test_checks', { ...database, check, result }, 1);
  }
  emit('pgvigil_restore_test_restored_bytes', database, last.restored?.bytes);
  emit('pgvigil_restore_test_restored_tables', database, last.restored?.tables);
  emit('pgvigil_restore_test_restored_rows', database, last.restored?.rows);
  emit('pgvigil_restore_test_mismatched_tables', database, last.restored && last.mismatchedTables);
  emit('pgvigil_restore_test_data_timestamp_seconds', database, toSeconds(last.dataAt));
}
