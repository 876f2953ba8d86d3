import type { Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toSeconds } from '../unit.ts';

/** Writes down what a report says about the Docker engine and the containers of watched servers. */
export function emitDocker({ docker, containers }: Report, emit: Emit): void {
  emit('pgvigil_docker_up', {}, docker.up);
  if (docker.up === false) {
    emit('pgvigil_docker_down_info', { reason: docker.reason ?? 'error' }, 1);
  }
  if (docker.enabled) emit('pgvigil_docker_event_gaps_total', {}, docker.eventGaps);
  for (const { type, action, count } of docker.eventTallies) {
    emit('pgvigil_docker_events_total', { type, action }, count);
  }
  for (const { type, bytes, reclaimableBytes } of docker.usage) {
    emit('pgvigil_docker_disk_usage_bytes', { type }, bytes);
    emit('pgvigil_docker_disk_reclaimable_bytes', { type }, reclaimableBytes);
  }
  for (const verdict of containers) {
    const labels = { server: verdict.server, container: verdict.name };
    emit('pgvigil_container_running', labels, verdict.running);
    emit('pgvigil_container_created_timestamp_seconds', labels, toSeconds(verdict.createdAt));
    emit('pgvigil_container_restarts_total', labels, verdict.restarts);
    emit('pgvigil_container_oom_kills_total', labels, verdict.oomKills);
  }
}
