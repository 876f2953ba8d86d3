import type { Incident, IncidentKind, Symptom } from '../../src/model/incident.ts';
import { LOST_AT } from '../fixtures/incidents.ts';

/** The volume of the server in `symptom`. */
export const VOLUME = 'simfab_postgres_data';

/** A symptom of server `main`, and of its database `simfab_dev` or its volume where the kind is about one. */
export function symptom(kind: IncidentKind, differences: Partial<Symptom> = {}): Symptom {
  return {
    kind,
    server: 'main',
    datname: kind.startsWith('database_') ? 'simfab_dev' : undefined,
    volume: kind === 'volume_missing' || kind === 'data_off_volume' ? VOLUME : undefined,
    since: LOST_AT,
    needsAcceptance: true,
    ...differences,
  };
}

/** An open incident of this kind for a reason that nobody knows. */
export function incident(kind: IncidentKind, differences: Partial<Incident> = {}): Incident {
  return {
    ...symptom(kind),
    id: '5f0c2a01',
    cause: 'unknown',
    trigger: undefined,
    confidence: 'unknown',
    evidence: [],
    symptoms: [],
    ...differences,
  };
}
