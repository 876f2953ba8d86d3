import * as units from '@grafana/grafana-foundation-sdk/units';
import { graphPanel } from '../panels/graph.ts';
import { select } from '../select.ts';

/**
 * What a counter grew by. A series that appears with its first event hides it from `increase`, so one that was not
 * there within the last hour counts as a whole.
 */
function grown(counter: string): string {
  const before = `last_over_time(${counter}[1h] offset $__rate_interval)`;
  return `(increase(${counter}[$__rate_interval]) > 0 or (${counter} unless ${before}) > 0)`;
}

/** What Docker told about what is watched. */
export const dockerEvents = (where: { readonly id: number }) =>
  graphPanel({
    ...where,
    title: 'Docker events',
    description:
      'Events of the engine about watched containers and volumes. A volume that is destroyed, a container that dies: who came first?',
    unit: units.Short,
    bars: true,
    min: 0,
    curves: [
      {
        expr: `sum without (instance, job) (increase(${select('pgvigil_docker_events_total')}[$__rate_interval])) > 0`,
        legend: '{{type}} {{action}}',
      },
    ],
  });

/** When something began anew: the questions of an investigation that uptimes answer. */
export const startsAndRestarts = (where: { readonly id: number }) =>
  graphPanel({
    ...where,
    title: 'Starts and restarts',
    description:
      'Boots of the host, starts of PostgreSQL, clusters initialised anew, containers made anew, restarted by their policy or killed for want of memory.',
    unit: units.Short,
    bars: true,
    min: 0,
    curves: [
      { expr: changed(select('pgvigil_host_boot_timestamp_seconds')), legend: 'host booted' },
      {
        expr: changed(select('pgvigil_server_start_timestamp_seconds')),
        legend: '{{host}} {{server}} started',
      },
      {
        expr: changed(select('pgvigil_server_initialized_timestamp_seconds')),
        legend: '{{host}} {{server}} initialised',
      },
      {
        expr: changed(select('pgvigil_container_created_timestamp_seconds')),
        legend: '{{host}} {{container}} made anew',
      },
      {
        expr: `max without (instance, job) (increase(${select('pgvigil_container_restarts_total')}[$__rate_interval])) > 0`,
        legend: '{{host}} {{container}} restarted',
      },
      {
        expr: `max without (instance, job) (increase(${select('pgvigil_container_oom_kills_total')}[$__rate_interval])) > 0`,
        legend: '{{host}} {{container}} killed for memory',
      },
    ],
  });

/**
 * Whether an instant is another one than the last one before: what starts anew is often not seen for a while, so
 * `changes` over a short range would miss it.
 */
function changed(instant: string): string {
  const before = `last_over_time(${instant}[1h] offset $__rate_interval)`;
  return `max without (instance, job) (${instant} != bool ${before}) > 0`;
}

/** Incidents as they opened. */
export const incidentsOpened = (where: { readonly id: number; readonly width: number }) =>
  graphPanel({
    ...where,
    title: 'Incidents opened',
    description: 'By kind and cause.',
    unit: units.Short,
    bars: true,
    min: 0,
    curves: [
      {
        expr: `sum by (kind, cause) ${grown(select('pgvigil_incidents_total'))}`,
        legend: '{{kind}}: {{cause}}',
      },
    ],
  });
