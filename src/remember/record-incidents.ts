import type { History } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Happening } from '../model/journal.ts';
import type { Instant } from '../model/time.ts';

/** Keeps the open incidents for the next tick and over a restart, and notes which opened and which ended. */
export function recordIncidents(
  history: History,
  open: readonly Incident[],
  at: Instant,
): { readonly history: History; readonly happenings: readonly Happening[] } {
  const incidents = new Map(open.map((incident) => [incident.id, incident]));
  const happenings: Happening[] = [];
  const counts = new Map(history.incidentCounts);
  for (const incident of open) {
    const before = history.incidents.get(incident.id);
    if (!before) {
      happenings.push(happening('incident_opened', incident, at));
      const key = JSON.stringify([incident.server, incident.kind, incident.cause]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    } else if (before.cause !== incident.cause)
      happenings.push(happening('incident_explained', incident, at));
  }
  for (const [id, incident] of history.incidents) {
    if (!incidents.has(id)) happenings.push(happening('incident_closed', incident, at));
  }
  return { history: { ...history, incidents, incidentCounts: counts }, happenings };
}

function happening(kind: Happening['kind'], incident: Incident, at: Instant): Happening {
  const { id, server, datname, volume, cause, trigger, confidence } = incident;
  return {
    at,
    kind,
    server,
    ...(datname !== undefined && { datname }),
    ...(volume !== undefined && { volume }),
    details: { incident: id, what: incident.kind, cause, confidence, ...(trigger && { trigger }) },
  };
}
