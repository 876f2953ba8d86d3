import type { MetricSpec } from './metric.ts';

/** Metrics about what is lost, and what would be. */
export const INCIDENT_METRICS = {
  pgvigil_incident_open: {
    type: 'gauge',
    help: 'Always 1, and there while the incident is open. cause and confidence may change while evidence comes in; datname is empty where it is not about one database.',
    labels: ['id', 'server', 'datname', 'kind', 'cause', 'confidence'],
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
