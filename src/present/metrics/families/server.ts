import { CONNECT_REASONS } from '../../../model/reason.ts';
import { type Report, SERVER_STATES, type ServerVerdict } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toDuration, toSeconds } from '../unit.ts';

/** Writes down what a report says about servers and the connections made to them. */
export function emitServers(report: Report, emit: Emit): void {
  for (const verdict of report.servers) {
    emitServer(verdict, emit);
    emitConnections(verdict, emit);
  }
}

function emitServer(verdict: ServerVerdict, emit: Emit): void {
  const { name: server, placement } = verdict;
  const labels = { server };
  emit('pgvigil_server_up', labels, verdict.up);
  if (verdict.state !== undefined) {
    for (const state of SERVER_STATES) {
      emit('pgvigil_server_state', { server, state }, state === verdict.state);
    }
  }
  const info = {
    server,
    system_identifier: verdict.systemIdentifier ?? '',
    version: verdict.version ?? '',
    container: placement.container?.name ?? '',
    volume: placement.volume ?? '',
    data_directory: placement.dataDirectory ?? '',
  };
  emit('pgvigil_server_info', info, 1);
  emit('pgvigil_server_initialized_timestamp_seconds', labels, toSeconds(verdict.initializedAt));
  emit('pgvigil_server_identity_match', labels, verdict.identityMatch);
  emit('pgvigil_server_start_timestamp_seconds', labels, toSeconds(verdict.startedAt));
  emit('pgvigil_server_checkpoint_timestamp_seconds', labels, toSeconds(verdict.checkpointAt));
  emit('pgvigil_server_timeline', labels, verdict.timeline);
  emit('pgvigil_server_in_recovery', labels, verdict.inRecovery);
  emit('pgvigil_server_connections', labels, verdict.connections);
  emit('pgvigil_server_max_connections', labels, verdict.maxConnections);
  emit('pgvigil_database_sizes_timestamp_seconds', labels, toSeconds(verdict.sizesAt));
}

function emitConnections({ name: server, tallies }: ServerVerdict, emit: Emit): void {
  for (const { datname, attempts, failures, lastDurationMs } of tallies) {
    emit('pgvigil_connection_attempts_total', { server, datname }, attempts);
    for (const reason of CONNECT_REASONS) {
      // Every reason from the start: a counter that appears with its first failure hides that failure.
      emit('pgvigil_connection_failures_total', { server, datname, reason }, failures[reason] ?? 0);
    }
    emit('pgvigil_connection_duration_seconds', { server, datname }, toDuration(lastDurationMs));
  }
}
