import type { Presence, Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toSeconds } from '../unit.ts';

/** A name whose data cannot be read is not a database that is there. Unknown is neither. */
const PRESENT: Readonly<Record<Presence, boolean | undefined>> = {
  present: true,
  missing: false,
  unreadable: false,
  unknown: undefined,
};

const UNREADABLE: Readonly<Record<Presence, boolean | undefined>> = {
  present: undefined,
  missing: false,
  unreadable: true,
  unknown: undefined,
};

/** Writes down what a report says about single databases. */
export function emitDatabases(report: Report, emit: Emit): void {
  for (const { name: server, databases } of report.servers) {
    for (const verdict of databases) {
      const { datname } = verdict;
      const labels = { server, datname };
      if (verdict.expected !== undefined) {
        emit('pgvigil_database_expected', { server, datname, source: verdict.expected }, 1);
      }
      emit('pgvigil_database_present', labels, PRESENT[verdict.presence]);
      emit('pgvigil_database_unreadable', labels, UNREADABLE[verdict.presence]);
      emit('pgvigil_database_identity_match', labels, verdict.identityMatch);
      emit('pgvigil_database_size_bytes', labels, verdict.sizeBytes);
      emit('pgvigil_database_connections', labels, verdict.connections);
      emit('pgvigil_database_last_seen_timestamp_seconds', labels, toSeconds(verdict.lastSeenAt));
      emit('pgvigil_checksum_failures_total', labels, verdict.checksumFailures);
    }
  }
}
