import { INCIDENT_KINDS } from '../../../model/incident.ts';
import type { Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';

/** Writes down what a report says about incidents and risks. */
export function emitIncidents({ incidents, incidentCounts, risks, servers }: Report, emit: Emit): void {
  for (const { id, server, datname = '', kind, cause, confidence } of incidents) {
    emit('pgvigil_incident_open', { id, server, datname, kind, cause, confidence }, 1);
  }
  for (const { server, kind, cause, count } of incidentCounts) {
    emit('pgvigil_incidents_total', { server, kind, cause }, count);
  }
  for (const { name: server } of servers) {
    for (const kind of INCIDENT_KINDS) {
      // From the start: a counter that appears with its first incident hides it. One that is counted stands.
      emit('pgvigil_incidents_total', { server, kind, cause: 'unknown' }, 0);
    }
  }
  for (const { server, risk, present } of risks) emit('pgvigil_risk', { server, risk }, present);
}
