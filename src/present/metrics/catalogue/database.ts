import type { MetricSpec } from './metric.ts';

/** Metrics about single databases. */
export const DATABASE_METRICS = {
  pgvigil_database_expected: {
    type: 'gauge',
    help: 'Always 1. The database has to be there: source is config where a person named it, learned where pgvigil saw it long enough.',
    labels: ['server', 'datname', 'source'],
  },
  pgvigil_database_present: {
    type: 'gauge',
    help: 'As verified: 1 it is there; 0 it is missing, or its name is there and its data cannot be read (files deleted, interrupted DROP). Absent while that is unknown.',
    labels: ['server', 'datname'],
  },
  pgvigil_database_unreadable: {
    type: 'gauge',
    help: 'Of a database whose pgvigil_database_present is 0: 1 its name is still there and only its data cannot be read; 0 its name is gone too. Absent while it is present or unknown.',
    labels: ['server', 'datname'],
  },
  pgvigil_database_identity_match: {
    type: 'gauge',
    help: 'Whether it is the same database as before: same system identifier and same oid. Absent while unknown.',
    labels: ['server', 'datname'],
  },
  pgvigil_database_size_bytes: {
    type: 'gauge',
    help: 'Size on disk, read on a slow timer of its own: see pgvigil_database_sizes_timestamp_seconds.',
    labels: ['server', 'datname'],
  },
  pgvigil_database_connections: {
    type: 'gauge',
    help: 'Connections to the database.',
    labels: ['server', 'datname'],
  },
  pgvigil_database_sizes_timestamp_seconds: {
    type: 'gauge',
    help: 'When the sizes of the databases of the server were read.',
    labels: ['server'],
  },
  pgvigil_database_last_seen_timestamp_seconds: {
    type: 'gauge',
    help: 'When the database was last verified present, remembered over restarts of pgvigil.',
    labels: ['server', 'datname'],
  },
  pgvigil_checksum_failures_total: {
    type: 'counter',
    help: 'Data pages whose checksum did not match, as PostgreSQL counts them. Absent while data checksums are off.',
    labels: ['server', 'datname'],
  },
} as const satisfies Record<string, MetricSpec>;
