import type { Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toSeconds } from '../unit.ts';

/** Writes down what a report says about filesystems and the host. */
export function emitFilesystems({ filesystems, host }: Report, emit: Emit): void {
  for (const verdict of filesystems) {
    const { mountpoint, device, fstype } = verdict;
    const labels = { mountpoint, device, fstype };
    emit('pgvigil_filesystem_up', labels, verdict.up);
    if (verdict.up === false) {
      emit('pgvigil_filesystem_down_info', { mountpoint, reason: verdict.reason ?? 'error' }, 1);
    }
    emit('pgvigil_filesystem_size_bytes', labels, verdict.sizeBytes);
    emit('pgvigil_filesystem_avail_bytes', labels, verdict.availBytes);
    emit('pgvigil_filesystem_files', labels, verdict.files);
    emit('pgvigil_filesystem_files_free', labels, verdict.filesFree);
    emit('pgvigil_filesystem_readonly', labels, verdict.readonly);
    for (const server of verdict.servers) emit('pgvigil_server_filesystem_info', { server, mountpoint }, 1);
  }
  emit('pgvigil_host_boot_timestamp_seconds', {}, toSeconds(host.bootedAt));
}
