import type { Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toSeconds } from '../unit.ts';

/** Writes down what a report says about Docker volumes. */
export function emitVolumes({ volumes }: Report, emit: Emit): void {
  for (const verdict of volumes) {
    const { name: volume, server, container } = verdict;
    if (verdict.expected) emit('pgvigil_volume_expected', { volume }, 1);
    emit('pgvigil_volume_present', { volume }, verdict.present);
    if (server !== undefined) {
      emit('pgvigil_volume_mounted', { server, container: container ?? '', volume }, verdict.mounted);
    }
    emit('pgvigil_volume_created_timestamp_seconds', { volume }, toSeconds(verdict.createdAt));
    emit('pgvigil_volume_size_bytes', { volume }, verdict.sizeBytes);
  }
}
