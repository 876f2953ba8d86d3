import type { MetricSpec } from './metric.ts';

/** Metrics about the Docker engine, volumes and containers. */
export const DOCKER_METRICS = {
  pgvigil_docker_up: {
    type: 'gauge',
    help: 'Whether the Docker engine answered. Absent while Docker is switched off in the config, and until the first look.',
    labels: [],
  },
  pgvigil_docker_down_info: {
    type: 'gauge',
    help: 'Always 1, and there only while pgvigil_docker_up is 0: why the engine could not be asked.',
    labels: ['reason'],
  },
  pgvigil_docker_event_gaps_total: {
    type: 'counter',
    help: 'Times that events of the engine were lost, so that a removal may have been missed.',
    labels: [],
  },
  pgvigil_docker_events_total: {
    type: 'counter',
    help: 'Events of the engine about something watched.',
    labels: ['type', 'action'],
  },
  pgvigil_docker_disk_usage_bytes: {
    type: 'gauge',
    help: 'Disk space that Docker uses, read on a slow timer.',
    labels: ['type'],
  },
  pgvigil_docker_disk_reclaimable_bytes: {
    type: 'gauge',
    help: 'Part of pgvigil_docker_disk_usage_bytes that Docker calls unused. Pruning it may delete volumes with data.',
    labels: ['type'],
  },
} as const satisfies Record<string, MetricSpec>;

/** Metrics about Docker volumes. */
export const VOLUME_METRICS = {
  pgvigil_volume_expected: {
    type: 'gauge',
    help: 'Always 1. The volume holds the data of a watched server and has to be there.',
    labels: ['volume'],
  },
  pgvigil_volume_present: {
    type: 'gauge',
    help: 'Whether Docker lists the volume and its directory is there. Absent while Docker could not be asked.',
    labels: ['volume'],
  },
  pgvigil_volume_mounted: {
    type: 'gauge',
    help: 'Whether the volume covers the data directory of its server. Absent while unknown.',
    labels: ['server', 'container', 'volume'],
  },
  pgvigil_volume_created_timestamp_seconds: {
    type: 'gauge',
    help: 'When the volume was created, as Docker tells it. It corroborates and never decides.',
    labels: ['volume'],
  },
  pgvigil_volume_size_bytes: {
    type: 'gauge',
    help: 'Size of the volume, read on a slow timer. Absent where the driver does not tell.',
    labels: ['volume'],
  },
} as const satisfies Record<string, MetricSpec>;

/** Metrics about the containers of watched servers. */
export const CONTAINER_METRICS = {
  pgvigil_container_running: {
    type: 'gauge',
    help: 'Whether the container of the server is running. Absent while Docker could not be asked.',
    labels: ['server', 'container'],
  },
  pgvigil_container_created_timestamp_seconds: {
    type: 'gauge',
    help: 'When the container was created. It changes when the container is made anew.',
    labels: ['server', 'container'],
  },
  pgvigil_container_restarts_total: {
    type: 'counter',
    help: 'Restarts by the restart policy since the container was created, as Docker counts them.',
    labels: ['server', 'container'],
  },
  pgvigil_container_oom_kills_total: {
    type: 'counter',
    help: 'Kills for want of memory seen since pgvigil started.',
    labels: ['server', 'container'],
  },
} as const satisfies Record<string, MetricSpec>;
