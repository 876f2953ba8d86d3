import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INCIDENT_KINDS, type IncidentKind } from '../../src/model/incident.ts';
import { ROOT } from '../kit/bundle.ts';
import { alertRules, RULES, readGroups, recordingRules, ruleFiles } from '../kit/rules.ts';

const RUNBOOK_URL = 'https://github.com/pgvigil/pgvigil/blob/main/docs/runbooks';
const DASHBOARDS = ['overview', 'database', 'incident', 'storage', 'backups', 'self'].map(
  (name) => `pgvigil-${name}`,
);
/** What an alert about lost data or an outage tells beside what every alert does. */
const TEXTS_OF_INCIDENTS = ['cause', 'confidence', 'headline', 'evidence'];
/** These are no alarms: they fire always, so that their silence is noticed. */
const ALWAYS = /^PgVigil(Watchdog|Heartbeat)$/;

const ALERT_OF_KIND: Readonly<Record<IncidentKind, string>> = {
  database_missing: 'PgVigilDatabaseMissing',
  database_replaced: 'PgVigilDatabaseReplaced',
  database_unreadable: 'PgVigilDatabaseUnreadable',
  database_shrunk: 'PgVigilDatabaseShrunk',
  server_replaced: 'PgVigilServerReplaced',
  server_down: 'PgVigilServerDown',
  volume_missing: 'PgVigilVolumeMissing',
  data_off_volume: 'PgVigilDataOffVolume',
  disk_full: 'PgVigilDiskFull',
  blind: 'PgVigilServerBlind',
};
const OF_INCIDENTS = Object.values(ALERT_OF_KIND);

const rules = alertRules();
const named = rules.map((rule) => ({ name: `${rule.alert} (${rule.labels['severity']})`, rule }));

describe('every group', () => {
  const groups = ruleFiles().flatMap(readGroups);

  test('has a name of its own, of up to 40 characters, and up to 20 alerts', () => {
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    for (const { name, rules } of groups) {
      expect(name).toMatch(/^pgvigil-[a-z0-9-]{1,32}$/);
      expect(rules.filter(({ alert }) => alert !== undefined).length).toBeLessThanOrEqual(20);
    }
  });

  test('records under names that tell the labels, the metric and what was done', () => {
    for (const { record } of recordingRules()) expect(record).toMatch(/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/);
  });
});

describe('every alert', () => {
  test.each(named)('$name has a name and labels as agreed', ({ rule }) => {
    expect(rule.alert).toMatch(/^PgVigil([A-Z][a-z0-9]+)+$/);
    expect(rule.alert.length).toBeLessThanOrEqual(40);
    // Object labels come from the expression. A label made from a value would be another alert every time.
    expect(Object.keys(rule.labels)).toEqual(['severity']);
    expect(rule.labels['severity']).toMatch(ALWAYS.test(rule.alert) ? /^none$/ : /^(critical|warning|info)$/);
  });

  test.each(named)('$name has the annotations as agreed', ({ rule }) => {
    const { summary, description, runbook_url, last_seen, ...others } = rule.annotations;
    const isOfIncident = OF_INCIDENTS.includes(rule.alert);
    expect(Object.keys(others).sort()).toEqual(
      [...(isOfIncident ? TEXTS_OF_INCIDENTS : []), 'dashboard_url'].sort(),
    );
    expect(summary).toMatch(/^[A-Z][^{}]+\.$/);
    // What has no object of its own has nothing to put into a template.
    const hasObject = !/vector\(1\)|absent\(/.test(rule.expr);
    expect(description).toMatch(hasObject ? /\{\{[\s\S]*\}\}/ : /^[^{}]+\.$/);
    expect(runbook_url).toBe(`${RUNBOOK_URL}/${rule.alert}.md`);
    if (last_seen !== undefined) expect(rule.alert).toMatch(/Database/);
  });

  test.each(named)('$name leads to a dashboard', ({ rule }) => {
    const url = rule.annotations['dashboard_url'] ?? '';
    const [, uid = '', , query = ''] = /^http:\/\/localhost:3000\/d\/([a-z-]+)(\?(.+))?$/.exec(url) ?? [];
    expect(DASHBOARDS).toContain(uid);
    const variables = query === '' ? [] : query.split('&');
    for (const variable of variables) {
      expect(variable).toMatch(/^var-\w+=\{\{ ?(\$labels\.\w+|.+) \| urlquery ?\}\}$/);
    }
    expect(variablesOf(uid)).toEqual(
      expect.arrayContaining(variables.map((text) => text.slice('var-'.length, text.indexOf('=')))),
    );
  });

  test.each(named.filter(({ rule }) => rule.for === undefined && !ALWAYS.test(rule.alert)))(
    '$name fires at once, and a comment says why',
    ({ rule }) => {
      expect(readFileSync(join(RULES, rule.file), 'utf8')).toMatch(/no `for`/i);
    },
  );
});

describe('every kind of incident', () => {
  test.each(INCIDENT_KINDS)('%s is an alert that wakes somebody', (kind) => {
    const ofKind = rules.filter(({ alert }) => alert === ALERT_OF_KIND[kind]);
    expect(ofKind.map(({ labels }) => labels['severity'])).toEqual(['critical']);
  });
});

/** The variables of a dashboard, as the committed file has them. */
function variablesOf(uid: string): readonly string[] {
  const file = join(ROOT, `grafana/dashboards/${uid}.json`);
  if (!existsSync(join(ROOT, 'grafana'))) return ['datasource', 'job', 'instance', 'server', 'datname'];
  const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
  expect(dashboard.uid).toBe(uid);
  return (dashboard.templating?.list ?? []).map(({ name }) => name);
}

interface Dashboard {
  readonly uid: string;
  readonly templating?: { readonly list: readonly { readonly name: string }[] };
}
