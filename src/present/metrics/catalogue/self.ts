import type { MetricSpec } from './metric.ts';

/** Metrics about pgvigil itself: whether it sees, and whether it may be believed. */
export const SELF_METRICS = {
  pgvigil_report_timestamp_seconds: {
    type: 'gauge',
    help: 'When the report behind all these metrics was made. An old one means that pgvigil has stopped looking.',
    labels: [],
  },
  pgvigil_observer_up: {
    type: 'gauge',
    help: 'Whether the last look of an observer at its target worked. 0 means blind there, not that the target is down.',
    labels: ['observer', 'target'],
  },
  pgvigil_observer_duration_seconds: {
    type: 'gauge',
    help: 'How long the last look took.',
    labels: ['observer', 'target'],
  },
  pgvigil_observer_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a look last worked.',
    labels: ['observer', 'target'],
  },
  pgvigil_state_durable: {
    type: 'gauge',
    help: 'Whether the last write of the memory reached the disk. While it is 0 pgvigil goes on from memory alone.',
    labels: [],
  },
  pgvigil_state_corrupt: {
    type: 'gauge',
    help: 'Whether the memory was found damaged at the start and put aside.',
    labels: [],
  },
  pgvigil_series_dropped_total: {
    type: 'counter',
    help: 'Objects left out because of a limit in the config. Expected ones are never left out.',
    labels: ['kind'],
  },
  pgvigil_alert_pushes_total: {
    type: 'counter',
    help: 'Pushes of firing alerts to single Alertmanagers, by outcome: delivered, rejected (it does not take them), failed (no answer, or it is not well). While nothing fires, an empty push every minute tries the way.',
    labels: ['outcome'],
  },
  pgvigil_config_last_reload_successful: {
    type: 'gauge',
    help: 'Whether the last reload of the config worked. While it is 0 the last good config stays in force.',
    labels: [],
  },
  pgvigil_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the config in force was loaded.',
    labels: [],
  },
  pgvigil_web_config_last_reload_successful: {
    type: 'gauge',
    help: 'Whether the file of --web.config.file could be used when it was read last. While it is 0 the last good one stays in force. Absent without such a file.',
    labels: [],
  },
  pgvigil_web_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate of the web server, or one of its chain, expires. Absent without TLS.',
    labels: [],
  },
  pgvigil_build_info: {
    type: 'gauge',
    help: 'Always 1. The version of pgvigil.',
    labels: ['version'],
  },
} as const satisfies Record<string, MetricSpec>;
