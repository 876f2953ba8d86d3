import { describe, expect, test } from 'vitest';
import { type Dashboard, type Panel, readDashboards, type Target, type Variable } from './kit.ts';
import { LINT_RULES } from './linter.ts';

const dashboards = readDashboards();

/** A way to break each rule, for a rule that never finds anything proves nothing. */
const BREAKS: Readonly<Record<keyof typeof LINT_RULES, (dashboard: Dashboard) => object>> = {
  'template-datasource-rule': (d) => Object.assign(variable(d, 'datasource'), { label: 'Prometheus' }),
  'template-job-rule': (d) => Object.assign(variable(d, 'job'), { multi: false }),
  'template-instance-rule': (d) => Object.assign(variable(d, 'instance'), { allValue: '.*' }),
  'template-label-promql-rule': (d) =>
    Object.assign(variable(d, 'server'), { query: 'label_values(pgvigil_server_info{, server)' }),
  'template-on-time-change-reload-rule': (d) => Object.assign(variable(d, 'datname'), { refresh: 1 }),
  'panel-datasource-rule': (d) => Object.assign(panel(d), { datasource: { uid: 'prometheus' } }),
  'panel-title-description-rule': (d) => Object.assign(panel(d), { description: '' }),
  'panel-units-rule': (d) => Object.assign(panel(d), { fieldConfig: { defaults: {}, overrides: [] } }),
  'panel-no-targets-rule': (d) => Object.assign(panel(d), { targets: [] }),
  'target-logql-rule': (d) => Object.assign(target(d), { datasource: { type: 'loki' } }),
  'target-logql-auto-rule': (d) => Object.assign(target(d), { datasource: { type: 'loki' } }),
  'target-promql-rule': (d) => ask(d, 'sum(up{job=~"$job", instance=~"$instance"}))'),
  'target-rate-interval-rule': (d) => ask(d, 'rate(up{job=~"$job", instance=~"$instance"}[5m])'),
  'target-job-rule': (d) => ask(d, 'up{job="pgvigil", instance=~"$instance"}'),
  'target-instance-rule': (d) => ask(d, 'up{job=~"$job", instance=~"$instance"} + up{job=~"$job"}'),
  'target-counter-agg-rule': (d) =>
    ask(d, 'sum(pgvigil_incidents_total{job=~"$job", instance=~"$instance"})'),
  'uneditable-dashboard': (d) => Object.assign(d, { editable: true }),
};

describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))('%s', (_, dashboard) => {
  test.each(Object.entries(LINT_RULES))('%s', (__, rule) => {
    expect(rule(dashboard)).toEqual([]);
  });
});

test.each(Object.entries(LINT_RULES))('%s finds what is wrong', (name, rule) => {
  const broken = structuredClone(first(dashboards));
  BREAKS[name]?.(broken);
  expect(rule(broken)).not.toEqual([]);
});

function first<T>(list: readonly T[]): T {
  const [found] = list;
  if (found === undefined) throw new Error('there is none');
  return found;
}

function variable({ templating }: Dashboard, name: string): Variable {
  return first(templating.list.filter((one) => one.name === name));
}

const panel = ({ panels }: Dashboard): Panel => first(panels.filter(({ type }) => type === 'stat'));
const target = (dashboard: Dashboard): Target => first(panel(dashboard).targets ?? []);
const ask = (dashboard: Dashboard, expr: string): Target => Object.assign(target(dashboard), { expr });
