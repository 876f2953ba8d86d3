import { CAUSES, CONFIDENCES, TRIGGERS } from '../model/cause.ts';
import type { Evidence } from '../model/evidence.ts';
import { EVIDENCE_KINDS, EVIDENCE_SOURCES } from '../model/evidence.ts';
import { INCIDENT_KINDS, type Incident, type Symptom } from '../model/incident.ts';
import { boolean, fields, list, number, oneOf, optional, record, scalar, text } from '../model/readers.ts';

const symptom = {
  kind: oneOf(...INCIDENT_KINDS),
  server: text,
  datname: optional(text),
  volume: optional(text),
  since: number,
  needsAcceptance: boolean,
};

const readEvidence = record<Evidence>({
  kind: oneOf(...EVIDENCE_KINDS),
  at: optional(number),
  source: oneOf(...EVIDENCE_SOURCES),
  facts: fields(scalar),
});

/** Reads one incident out of a ledger. */
export const readIncident = record<Incident>({
  ...symptom,
  id: text,
  cause: oneOf(...CAUSES),
  trigger: optional(oneOf(...TRIGGERS)),
  confidence: oneOf(...CONFIDENCES),
  evidence: list(readEvidence),
  symptoms: list(record<Symptom>(symptom)),
});
