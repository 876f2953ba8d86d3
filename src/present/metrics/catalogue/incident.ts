import type { MetricSpec } from './metric.ts';

/** Metrics about what is lost, and what would be. */
export const INCIDENT_METRICS = {
  pgvigil_incident_open: {
    type: 'gauge',
    help: 'Always 1, and there while the incident is open. cause and confidence may change while evidence comes in; datname is empty where it is not about one database.',
    labels: ['id', 'server', 'datname', 'kind', 'cause', 'confidence'],
  },
  pgvigil_incident_info: {
    type: 'gauge',
    help: 'Always 1, and there while the incident is open. headline says in a sentence what happened, evidence shows it in lines, the oldest first; both together have at most 1500 bytes.',
    labels: ['id', 'server', 'datname', 'kind', 'headline', 'evidence'],
    texts: ['headline', 'evidence'],
  },
  pgvigil_incident_symptom: {
    type: 'gauge',
    help: 'Always 1. What is wrong for the reason of the open incident with this id: what the incident is named after, and what else comes of the same cause.',
    labels: ['id', 'server', 'datname', 'volume', 'kind'],
  },
  pgvigil_incidents_total: {
    type: 'counter',
    help: 'Incidents opened. Every kind is there from the start with the cause unknown.',
    labels: ['server', 'kind', 'cause'],
  },
  pgvigil_risk: {
    type: 'gauge',
    help: 'Whether the data of the server would be lost for this reason sooner or later. Absent where it cannot be told.',
    labels: ['server', 'risk'],
  },
} as const satisfies Record<string, MetricSpec>;
