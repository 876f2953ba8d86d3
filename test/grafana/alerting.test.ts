import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LEFT_OUT } from '../../grafana/src/alerting/document.ts';
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
const evaluated = shipped.filter(({ alert }) => !LEFT_OUT.includes(alert));

describe('the alerts for Grafana', () => {
  test('are those of Prometheus, with expression, severity and patience', () => {
    const left = rules.map(({ title, data, labels, for: patience }) => [
      title,
      data[0]?.model.expr,
      labels['severity'],
      patience,
    ]);
    const right = evaluated.map(({ alert, expr, labels, for: patience }) => [
      alert,
      expr.trim(),
      labels['severity'],
      patience ?? '0s',
    ]);
    expect(left.sort()).toEqual(right.sort());
  });

  test('are all but the one about what Prometheus hands to Alertmanager: then it hands over nothing', () => {
    expect(LEFT_OUT.filter((alert) => !shipped.some((rule) => rule.alert === alert))).toEqual([]);
    const aboutHanding = shipped.filter(({ expr }) => expr.includes('prometheus_notifications_'));
    expect(aboutHanding.map(({ alert }) => alert)).toEqual(LEFT_OUT);
  });

  test('keep their names, which inhibitions go by: of two, the milder one lives in another folder', () => {
    const folders = new Map(
      file.groups.flatMap((group) => group.rules.map(({ uid }) => [uid, group.folder])),
    );
    const severities = (alert: string) =>
      rules.filter(({ title }) => title === alert).map(({ labels }) => labels['severity']);
    for (const { uid, title, labels } of rules) {
      const isMilder = severities(title).length > 1 && labels['severity'] === 'warning';
      expect(folders.get(uid), uid).toBe(isMilder ? 'pgvigil warnings' : 'pgvigil');
    }
    expect([...folders.values()]).toContain('pgvigil warnings');
  });

  test('are switched off', () => {
    expect(rules.filter(({ isPaused }) => !isPaused)).toEqual([]);
  });

  test('have a uid and a title each, short enough', () => {
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    const titles = file.groups.flatMap(({ folder, rules: inside }) =>
      inside.map(({ title }) => `${folder}/${title}`),
    );
    expect(new Set(titles).size).toBe(rules.length);
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
      expect(panels, uid).toContain(`${dashboardUid} ${panelId}`);
      expect(annotations).toMatchObject({ __dashboardUid__: dashboardUid, __panelId__: String(panelId) });
    }
  });

  test.each(shipped.map(({ alert, annotations }) => [alert, annotations] as const))(
    '%s leads to the dashboard that has its panel, also by Prometheus',
    (alert, annotations) => {
      const [, uid] = /\/d\/([\w-]+)/.exec(annotations['dashboard_url'] ?? '') ?? [];
      expect(uid).toBe(ALERT_PANELS[alert]?.dashboardUid);
    },
  );

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

  test('has its severity in its uid where there are more of it', () => {
    expect(grafanaRule(rule, { isOnly: false })).toMatchObject({
      uid: 'PgVigilAnything-warning',
      title: 'PgVigilAnything',
    });
  });
});
