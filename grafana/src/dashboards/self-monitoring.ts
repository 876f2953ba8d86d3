import * as units from '@grafana/grafana-foundation-sdk/units';
import { RELOAD_WORDS, WORKS_WORDS } from '../colours.ts';
import type { Section } from '../layout.ts';
import { graphPanel } from '../panels/graph.ts';
import { timelinePanel } from '../panels/timeline.ts';
import { type ForeignMetric, select } from '../select.ts';
import type { Curve } from '../target.ts';

/** Panels of this section that others refer to. */
export const MONITORING_PANELS = {
  reachable: 21,
  reload: 22,
  storage: 23,
  rules: 24,
  handed: 25,
  delivered: 26,
} as const;

const INSTANCE = '{{instance}}';
/** Neither is a pgvigil, so a selection of one hides them. */
const ALL = 'Shown while all jobs and instances are selected.';

/** What a counter grew by, with a word for it. */
const grown = (metric: ForeignMetric, word: string): Curve => ({
  expr: `increase(${select(metric)}[$__rate_interval])`,
  legend: `${INSTANCE} ${word}`,
});

/** Notifications by the way they take; ways that nobody uses are counted too, as 0. */
const byWay = (metric: ForeignMetric, word: string): Curve => ({
  expr: `sum by (integration) (increase(${select(metric)}[$__rate_interval])) > 0`,
  legend: `{{integration}} ${word}`,
});

/** Whether those are well who read pgvigil and tell of it. */
export const monitoring: Section = {
  id: 104,
  title: 'Prometheus and Alertmanager',
  lines: [
    [
      timelinePanel({
        id: MONITORING_PANELS.reachable,
        title: 'Alertmanager',
        description: `Whether Prometheus can read Alertmanager, and knows one to hand alerts to. ${ALL}`,
        width: 12,
        states: [
          { expr: select('up', { where: { job: 'alertmanager' } }), legend: INSTANCE },
          {
            expr: `${select('prometheus_notifications_alertmanagers_discovered')} > bool 0`,
            legend: `known to ${INSTANCE}`,
          },
        ],
        mappings: WORKS_WORDS,
      }),
      timelinePanel({
        id: MONITORING_PANELS.reload,
        title: 'Configurations',
        description: `Whether the last reload worked. At the next start there is no old one to fall back on. ${ALL}`,
        width: 12,
        states: [
          { expr: select('prometheus_config_last_reload_successful'), legend: `Prometheus ${INSTANCE}` },
          { expr: select('alertmanager_config_last_reload_successful'), legend: `Alertmanager ${INSTANCE}` },
        ],
        mappings: RELOAD_WORDS,
      }),
    ],
    [
      graphPanel({
        id: MONITORING_PANELS.rules,
        title: 'Rules not evaluated',
        description: `A rule that fails is quiet, and a group that is skipped is late. ${ALL}`,
        width: 6,
        unit: units.Short,
        bars: true,
        min: 0,
        curves: [
          {
            expr: `sum by (instance) (increase(${select('prometheus_rule_evaluation_failures_total')}[$__rate_interval]))`,
            legend: `${INSTANCE} failed`,
          },
          {
            expr: `sum by (instance) (increase(${select('prometheus_rule_group_iterations_missed_total')}[$__rate_interval]))`,
            legend: `${INSTANCE} skipped`,
          },
        ],
      }),
      graphPanel({
        id: MONITORING_PANELS.storage,
        title: 'Trouble with storage',
        description: `Of Prometheus: what could not be written, compacted or read. ${ALL}`,
        width: 6,
        unit: units.Short,
        bars: true,
        min: 0,
        curves: [
          grown('prometheus_tsdb_wal_writes_failed_total', 'log not written'),
          grown('prometheus_tsdb_wal_corruptions_total', 'log damaged'),
          grown('prometheus_tsdb_checkpoint_creations_failed_total', 'no checkpoint'),
          grown('prometheus_tsdb_head_truncations_failed_total', 'not truncated'),
          grown('prometheus_tsdb_compactions_failed_total', 'not compacted'),
          grown('prometheus_tsdb_reloads_failures_total', 'blocks not read'),
        ],
      }),
      graphPanel({
        id: MONITORING_PANELS.handed,
        title: 'Alerts not handed over',
        description: `From Prometheus to Alertmanager: attempts that failed, and alerts that were given up. ${ALL}`,
        width: 6,
        unit: units.Short,
        bars: true,
        min: 0,
        curves: [
          grown('prometheus_notifications_errors_total', 'failed'),
          grown('prometheus_notifications_dropped_total', 'given up'),
        ],
      }),
      graphPanel({
        id: MONITORING_PANELS.delivered,
        title: 'Notifications',
        description: `From Alertmanager to people: those it sent, and those that failed. ${ALL}`,
        width: 6,
        unit: units.Short,
        bars: true,
        min: 0,
        curves: [
          byWay('alertmanager_notifications_total', 'sent'),
          byWay('alertmanager_notifications_failed_total', 'failed'),
        ],
      }),
    ],
  ],
};
