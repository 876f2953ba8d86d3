import { BACKUP_METRICS } from './catalogue/backup.ts';
import { DATABASE_METRICS } from './catalogue/database.ts';
import { CONTAINER_METRICS, DOCKER_METRICS, VOLUME_METRICS } from './catalogue/docker.ts';
import { FILESYSTEM_METRICS } from './catalogue/filesystem.ts';
import { INCIDENT_METRICS } from './catalogue/incident.ts';
import type { MetricSpec } from './catalogue/metric.ts';
import { SELF_METRICS } from './catalogue/self.ts';
import { SERVER_METRICS } from './catalogue/server.ts';

export type { MetricSpec } from './catalogue/metric.ts';

/** The catalogue by subject, in the order of the exposition and of docs/metrics.md. */
export const SUBJECTS = [
  { title: 'Servers', metrics: SERVER_METRICS },
  { title: 'Databases', metrics: DATABASE_METRICS },
  { title: 'Incidents and risks', metrics: INCIDENT_METRICS },
  { title: 'Docker', metrics: DOCKER_METRICS },
  { title: 'Volumes', metrics: VOLUME_METRICS },
  { title: 'Containers', metrics: CONTAINER_METRICS },
  { title: 'Filesystems and the host', metrics: FILESYSTEM_METRICS },
  { title: 'Backups', metrics: BACKUP_METRICS },
  { title: 'pgvigil itself', metrics: SELF_METRICS },
] as const satisfies readonly { title: string; metrics: Record<string, MetricSpec> }[];

/** Every metric of pgvigil's own: nothing else can be emitted. */
export const CATALOGUE = {
  ...SERVER_METRICS,
  ...DATABASE_METRICS,
  ...INCIDENT_METRICS,
  ...DOCKER_METRICS,
  ...VOLUME_METRICS,
  ...CONTAINER_METRICS,
  ...FILESYSTEM_METRICS,
  ...BACKUP_METRICS,
  ...SELF_METRICS,
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof CATALOGUE;

/** The labels of one metric, every one of them, as the catalogue names them. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof CATALOGUE)[Name]['labels'][number]]: string;
};
