import type { MetricSpec } from './metric.ts';

/** Metrics about PostgreSQL servers and the connections made to them. */
export const SERVER_METRICS = {
  pgvigil_server_up: {
    type: 'gauge',
    help: 'Whether a fresh connection and a read of the catalog worked. Absent until the first look.',
    labels: ['server'],
  },
  pgvigil_server_state: {
    type: 'gauge',
    help: 'One of its states is 1, the others are 0. All are absent until the first look.',
    labels: ['server', 'state'],
  },
  pgvigil_server_info: {
    type: 'gauge',
    help: 'Always 1. What the server is and where its data lies; a label is empty while it is not known.',
    labels: ['server', 'system_identifier', 'version', 'container', 'volume', 'data_directory'],
  },
  pgvigil_server_initialized_timestamp_seconds: {
    type: 'gauge',
    help: 'When initdb made this cluster, taken from its system identifier.',
    labels: ['server'],
  },
  pgvigil_server_identity_match: {
    type: 'gauge',
    help: 'Whether the system identifier is the pinned one. Absent while either is unknown.',
    labels: ['server'],
  },
  pgvigil_server_start_timestamp_seconds: {
    type: 'gauge',
    help: 'When the server was started, as it says itself.',
    labels: ['server'],
  },
  pgvigil_server_checkpoint_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last checkpoint was taken.',
    labels: ['server'],
  },
  pgvigil_server_timeline: {
    type: 'gauge',
    help: 'Timeline of the write-ahead log. It grows by a promotion or a recovery to a point in time.',
    labels: ['server'],
  },
  pgvigil_server_in_recovery: {
    type: 'gauge',
    help: 'Whether the server is in recovery, which a standby always is.',
    labels: ['server'],
  },
  pgvigil_server_connections: {
    type: 'gauge',
    help: 'Connections to all databases of the server.',
    labels: ['server'],
  },
  pgvigil_server_max_connections: {
    type: 'gauge',
    help: 'Setting max_connections of the server.',
    labels: ['server'],
  },
  pgvigil_connection_attempts_total: {
    type: 'counter',
    help: 'Fresh connections attempted since pgvigil started.',
    labels: ['server', 'datname'],
  },
  pgvigil_connection_failures_total: {
    type: 'counter',
    help: 'Attempts that failed since pgvigil started. The reason comes from SQLSTATE or errno, never from message text.',
    labels: ['server', 'datname', 'reason'],
  },
  pgvigil_connection_duration_seconds: {
    type: 'gauge',
    help: 'How long the last attempt took, whether it worked or not.',
    labels: ['server', 'datname'],
  },
} as const satisfies Record<string, MetricSpec>;
