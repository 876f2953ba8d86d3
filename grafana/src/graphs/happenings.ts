import * as units from '@grafana/grafana-foundation-sdk/units';
import { graphPanel } from '../panels/graph.ts';
import { select } from '../select.ts';

/**
 * What a counter grew by. One that appears with its first event would hide it: `increase` sees no growth in a series
 * of one value, so a series that was not there an interval ago counts as a whole.
 */
export function grown(counter: string): string {
  return `(increase(${counter}[$__rate_interval]) > 0 or (${counter} unless ${counter} offset $__rate_interval))`;
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
        expr: `sum without (instance, job) ${grown(select('pgvigil_docker_events_total'))}`,
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
