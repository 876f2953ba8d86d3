import * as units from '@grafana/grafana-foundation-sdk/units';
import {
  AGE_OF_REPORT,
  CORRUPT_WORDS,
  DURABLE_WORDS,
  NONE_LIKED,
  PLAIN,
  RELOAD_WORDS,
  WORKS_WORDS,
} from '../colours.ts';
import { frame } from '../frame.ts';
import { incidentsOpened } from '../graphs/happenings.ts';
import { graphPanel } from '../panels/graph.ts';
import { statPanel } from '../panels/stat.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { ofPgvigil, select } from '../select.ts';
import { observerTable } from '../tables/observers.ts';
import { cost } from './self-cost.ts';
import { monitoring } from './self-monitoring.ts';

/** Panels of this dashboard that others refer to. */
export const SELF_PANELS = {
  up: 1,
  age: 2,
  durable: 3,
  corrupt: 4,
  reload: 5,
  dropped: 6,
  observers: 8,
  docker: 10,
  dockerEvents: 11,
  pushes: 12,
  certificate: 20,
} as const;

const INSTANCE = '{{instance}}';

/** Is the watcher itself well. */
export const self = frame({
  name: 'self',
  title: 'pgvigil itself',
  description: 'Is pgvigil itself well: does it look, does it remember, does it tell, and what does it cost?',
  last: '6h',
  sections: [
    {
      id: 100,
      title: 'Now',
      lines: [
        [
          statPanel({
            id: SELF_PANELS.up,
            title: 'Scrape',
            description: 'Whether Prometheus can read this pgvigil.',
            width: 4,
            unit: units.Short,
            values: [{ expr: ofPgvigil('up'), legend: INSTANCE }],
            steps: PLAIN,
            mappings: WORKS_WORDS,
          }),
          statPanel({
            id: SELF_PANELS.age,
            title: 'Report age',
            description: 'pgvigil makes a report every second. An old one means that it has stopped looking.',
            width: 4,
            unit: units.Seconds,
            values: [{ expr: `time() - ${select('pgvigil_report_timestamp_seconds')}`, legend: INSTANCE }],
            steps: AGE_OF_REPORT,
          }),
          statPanel({
            id: SELF_PANELS.durable,
            title: 'Memory',
            description: 'Whether what it remembers reached the disk.',
            width: 4,
            unit: units.Short,
            values: [{ expr: select('pgvigil_state_durable'), legend: INSTANCE }],
            steps: PLAIN,
            mappings: DURABLE_WORDS,
          }),
          statPanel({
            id: SELF_PANELS.corrupt,
            title: 'Memory at the start',
            description: 'Whether what it remembered was found damaged and put aside.',
            width: 4,
            unit: units.Short,
            values: [{ expr: select('pgvigil_state_corrupt'), legend: INSTANCE }],
            steps: PLAIN,
            mappings: CORRUPT_WORDS,
          }),
          statPanel({
            id: SELF_PANELS.reload,
            title: 'Configuration',
            description: 'Whether the last reload worked. After a bad file the last good one stays in force.',
            width: 4,
            unit: units.Short,
            values: [
              { expr: select('pgvigil_config_last_reload_successful'), legend: INSTANCE },
              {
                expr: select('pgvigil_web_config_last_reload_successful'),
                legend: `${INSTANCE} web file`,
              },
            ],
            steps: PLAIN,
            mappings: RELOAD_WORDS,
          }),
          statPanel({
            id: SELF_PANELS.dropped,
            title: 'Left out, last day',
            description:
              'Objects left out because of a limit in the config. Expected ones are never left out.',
            width: 4,
            unit: units.Short,
            values: [
              { expr: `sum(increase(${select('pgvigil_series_dropped_total')}[1d]))`, legend: 'objects' },
            ],
            steps: NONE_LIKED,
          }),
        ],
      ],
    },
    {
      id: 101,
      title: 'Does it look?',
      lines: [
        [
          timelinePanel({
            id: 7,
            title: 'Looks',
            description:
              'Whether each look worked. One that fails is a blind spot, not a target that is down.',
            width: 12,
            height: 9,
            states: [
              { expr: select('pgvigil_observer_up'), legend: '{{observer}} at {{target}}, {{instance}}' },
            ],
            mappings: WORKS_WORDS,
          }),
          observerTable({ id: SELF_PANELS.observers, width: 12, height: 9 }),
        ],
        [
          graphPanel({
            id: 9,
            title: 'How long a look takes',
            description: 'The last look of each kind.',
            width: 12,
            unit: units.Seconds,
            min: 0,
            curves: [
              { expr: select('pgvigil_observer_duration_seconds'), legend: '{{observer}} at {{target}}' },
            ],
          }),
          timelinePanel({
            id: SELF_PANELS.docker,
            title: 'Docker',
            description: 'Whether the Docker engine answered. Nothing is shown where Docker is switched off.',
            width: 12,
            height: 7,
            states: [{ expr: select('pgvigil_docker_up'), legend: INSTANCE }],
            mappings: WORKS_WORDS,
          }),
        ],
      ],
    },
    {
      id: 102,
      title: 'Does it hear and tell?',
      lines: [
        [
          graphPanel({
            id: SELF_PANELS.dockerEvents,
            title: 'Lost events of Docker',
            description: 'Times that events were lost: a removal may have been missed, and a cause with it.',
            width: 6,
            unit: units.Short,
            bars: true,
            min: 0,
            curves: [
              {
                expr: `increase(${select('pgvigil_docker_event_gaps_total')}[$__rate_interval])`,
                legend: INSTANCE,
              },
            ],
          }),
          graphPanel({
            id: SELF_PANELS.pushes,
            title: 'Pushed alerts',
            description: 'Alerts that pgvigil itself sent to Alertmanager, by outcome.',
            width: 6,
            unit: units.Short,
            bars: true,
            min: 0,
            curves: [
              {
                expr: `sum by (outcome) (increase(${select('pgvigil_alert_pushes_total')}[$__rate_interval]))`,
                legend: '{{outcome}}',
              },
            ],
          }),
          incidentsOpened({ id: 13, width: 6 }),
          graphPanel({
            id: SELF_PANELS.certificate,
            title: 'Time left to the certificate',
            description:
              'Of the web server: after it no Prometheus reads it any more. Nothing is shown without TLS.',
            width: 6,
            unit: units.Seconds,
            min: 0,
            curves: [
              {
                expr: `${select('pgvigil_web_certificate_expiry_timestamp_seconds')} - time()`,
                legend: INSTANCE,
              },
            ],
          }),
        ],
      ],
    },
    cost,
    monitoring,
  ],
});
