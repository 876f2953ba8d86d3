import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { escaped, grafanaRule } from '../../grafana/src/alerting/grafana-rule.ts';
import { ALERT_PANELS } from '../../grafana/src/alerting/panels.ts';
import { ROOT } from '../kit/bundle.ts';
import { alertRules } from '../kit/rules.ts';
import { contentPanels, readDashboards } from './kit.ts';

/** A rule as Grafana reads it. */
interface GrafanaRule {
  uid: string;
  title: string;
  condition: string;
  data: {
    refId: string;
    datasourceUid: string;
    model: { expr?: string; expression?: string; type?: string };
  }[];
  for: string;
  keepFiringFor?: string;
  noDataState: string;
  execErrState: string;
  dashboardUid?: string;
  panelId?: number;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  isPaused: boolean;
}

const file = parse(readFileSync(join(ROOT, 'grafana/alerting/pgvigil.yml'), 'utf8')) as {
  groups: { name: string; folder: string; interval: string; rules: GrafanaRule[] }[];
};
const rules = file.groups.flatMap((group) => group.rules);
const shipped = alertRules();

describe('the alerts for Grafana', () => {
  test('are those of Prometheus, with expression, severity and patience', () => {
    const left = rules.map(({ title, data, labels, for: patience }) => [
      title.replace(/ \(\w+\)$/, ''),
      data[0]?.model.expr,
      labels['severity'],
      patience,
    ]);
    const right = shipped.map(({ alert, expr, labels, for: patience }) => [
      alert,
      expr.trim(),
      labels['severity'],
      patience ?? '0s',
    ]);
    expect(left).toEqual(right);
  });

  test('are switched off', () => {
    expect(rules.filter(({ isPaused }) => !isPaused)).toEqual([]);
  });

  test('have a uid and a title each, short enough', () => {
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
    expect(rules.filter(({ uid }) => !/^[\w-]{1,40}$/.test(uid))).toEqual([]);
  });

  test('lead to a panel that is there, all of them', () => {
    const panels = readDashboards().flatMap(({ uid, ...dashboard }) =>
      contentPanels({ uid, ...dashboard }).map(({ id }) => `${uid} ${id}`),
    );
    const places = Object.entries(ALERT_PANELS).map(([alert, place]) => [
      alert,
      `${place.dashboardUid} ${place.panelId}`,
    ]);
    expect(places.filter(([, place]) => !panels.includes(place ?? ''))).toEqual([]);
    for (const { uid, dashboardUid, panelId, annotations } of rules) {
      // What goes on in Prometheus and Alertmanager is no matter of these dashboards.
      if (/^PgVigil(Prometheus|Alertmanager)/.test(uid)) continue;
      expect(panels, uid).toContain(`${dashboardUid} ${panelId}`);
      expect(annotations).toMatchObject({ __dashboardUid__: dashboardUid, __panelId__: String(panelId) });
    }
  });

  test('reduce and judge what the query gives, whatever its value', () => {
    for (const { uid, condition, data } of rules) {
      expect(condition, uid).toBe('C');
      expect(data.map(({ refId, datasourceUid }) => [refId, datasourceUid])).toEqual([
        ['A', 'pgvigil-prometheus'],
        ['B', '__expr__'],
        ['C', '__expr__'],
      ]);
      expect(data[1]?.model).toMatchObject({ type: 'reduce', expression: 'A' });
      expect(data[2]?.model).toMatchObject({ type: 'math', expression: 'is_number($B)' });
    }
  });

  test('say what no data and an error mean', () => {
    for (const { uid, labels, noDataState, execErrState } of rules) {
      expect(noDataState, uid).toBe('OK');
      // A heartbeat that cannot be evaluated must fall silent.
      const expected = labels['severity'] === 'none' ? ['OK'] : ['KeepLast', 'Alerting'];
      expect(expected, uid).toContain(execErrState);
    }
    expect(rules.filter(({ execErrState }) => execErrState === 'Alerting').map(({ uid }) => uid)).toEqual([
      'PgVigilExporterDown',
      'PgVigilExporterAbsent',
    ]);
  });

  test('ask nothing in their annotations, and have those that a person needs', () => {
    for (const { uid, annotations } of rules) {
      for (const [name, text] of Object.entries(annotations)) {
        expect(text, `${uid} ${name}`).not.toMatch(/\bquery\b|\$value\b/);
        // Grafana would read an environment variable.
        expect(text, `${uid} ${name}`).not.toContain(`\${`);
        // What was taken out leaves no gap in the sentence.
        const said = text.replaceAll(/\{\{ (?!with|else|end).*?\}\}/g, 'x').replaceAll(/\{\{.*?\}\}/g, '');
        expect(said, `${uid} ${name}`).not.toMatch(/ {2}| [,.]/);
      }
      expect(Object.keys(annotations), uid).toEqual(
        expect.arrayContaining(['summary', 'description', 'runbook_url']),
      );
    }
  });
});

describe('one rule', () => {
  const rule = {
    alert: 'PgVigilAnything',
    expr: 'up == 0\n',
    keep_firing_for: '5m',
    labels: { severity: 'warning', team: '{{ $labels.server }}' },
    annotations: {
      summary: 'Something.',
      cause: '{{ with query "x" }}{{ . }}{{ else }}unknown{{ end }}',
      last_seen: '{{ $labels.server }}',
    },
  };

  test('keeps a dollar in a label: Grafana puts environment variables there', () => {
    expect(escaped('{{ $labels.server }} $$')).toBe('{{ $$labels.server }} $$$$');
    expect(grafanaRule(rule, { isOnly: true })).toMatchObject({
      labels: { severity: 'warning', team: '{{ $$labels.server }}' },
    });
  });

  test('leaves out what it could only say wrongly, and keeps firing as long', () => {
    const made = grafanaRule(rule, { isOnly: true }) as GrafanaRule;
    expect(made.annotations).toEqual({ summary: 'Something.', last_seen: '{{ $labels.server }}' });
    expect(made.keepFiringFor).toBe('5m');
  });

  test('has its severity in its name where there are more of it', () => {
    expect(grafanaRule(rule, { isOnly: false })).toMatchObject({
      uid: 'PgVigilAnything-warning',
      title: 'PgVigilAnything (warning)',
    });
  });
});
