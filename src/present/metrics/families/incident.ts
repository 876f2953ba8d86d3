import { INCIDENT_KINDS } from '../../../model/incident.ts';
import type { Report } from '../../../model/report.ts';
import { incidentText } from '../../words/incident-text.ts';
import type { Emit } from '../sheet.ts';

/** Writes down what a report says about incidents and risks. */
export function emitIncidents(report: Report, emit: Emit): void {
  const { incidents, incidentCounts, risks, servers } = report;
  for (const incident of incidents) {
    const { id, server, datname = '', kind, cause, confidence } = incident;
    emit('pgvigil_incident_open', { id, server, datname, kind, cause, confidence }, 1);
    emit('pgvigil_incident_info', { id, server, datname, kind, ...incidentText(incident, report) }, 1);
    for (const { datname: of = '', volume = '', kind } of [incident, ...incident.symptoms]) {
      emit('pgvigil_incident_symptom', { id, server, datname: of, volume, kind }, 1);
    }
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
