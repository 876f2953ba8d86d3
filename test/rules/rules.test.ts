import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { runbooksDocument } from '../../scripts/runbooks.js';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { alertRules, RUNBOOKS, readRuleTest, ruleFiles, ruleTestFiles } from '../kit/rules.ts';

const RUNBOOK_URL = 'https://github.com/pgvigil/pgvigil/blob/main/docs/runbooks';
const HEADINGS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];
/** Labels an alert may have beside its name; `instance` and `job` are taken away on purpose. */
const LABELS = [
  ...['severity', 'server', 'datname', 'volume', 'mountpoint', 'container', 'reason', 'risk'],
  ...['observer', 'target', 'kind', 'host'],
];
const TEXTS = ['summary', 'description', 'runbook_url', 'dashboard_url'];
const OF_INCIDENTS = ['cause', 'confidence', 'headline', 'evidence', 'last_seen'];
/** Series that Prometheus makes by itself. */
const OF_PROMETHEUS = ['up'];

const rules = alertRules();
const names = [...new Set(rules.map((rule) => rule.alert))].sort();

/** Every metric name in an expression or a template. */
function metricsIn(text: string): string[] {
  return [...text.matchAll(/\bpgvigil_[a-z0-9_]+/g)].map(([name]) => name);
}

/** Every metric name in the catalogue of the exporter. */
function catalogue(): Set<string> {
  const directory = join(ROOT, 'src/present/metrics');
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const text = files
    .filter((file) => /^catalogue(\.ts|\/.+\.ts)$/.test(file))
    .map((file) => readFileSync(join(directory, file), 'utf8'));
  return new Set(metricsIn(text.join('\n')));
}

describeWith(['prometheus'], 'promtool', () => {
  test('the rules are valid and free of lint', async () => {
    const args = ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles()];
    const { code, output } = await run({ command: program('promtool'), args });
    expect(code, output).toBe(0);
  });

  test('the unit tests of the rules pass', async () => {
    const { code, output } = await run({
      command: program('promtool'),
      args: ['test', 'rules', ...ruleTestFiles()],
    });
    expect(code, output).toBe(0);
  });

  test('prometheus.yml is valid and finds the rules', async () => {
    const args = ['check', 'config', join(ROOT, 'prometheus/prometheus.yml')];
    const { code, output } = await run({ command: program('promtool'), args });
    expect(code, output).toBe(0);
    expect(output).toContain(`${ruleFiles().length} rule files found`);
  });
});

describeWith([], 'every alert', () => {
  test('there are some', () => {
    expect(names.length).toBeGreaterThan(10);
  });

  test('has a unit test of its name, and every unit test an alert', () => {
    expect(ruleTestFiles().map((file) => basename(file, '.yml'))).toEqual(names);
  });

  test('has a runbook of its name, and every runbook an alert', () => {
    const runbooks = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
    expect(runbooks.map((file) => basename(file, '.md')).sort()).toEqual(names);
  });

  test('stands in the index of the runbooks', () => {
    const index = readFileSync(join(RUNBOOKS, 'README.md'), 'utf8');
    expect(index, 'run `npm run generate`').toBe(runbooksDocument());
  });

  // promtool is content with a test of an alert that does not exist.
  test.each(ruleTestFiles().map((file) => [basename(file, '.yml'), file]))(
    '%s is tested both ways',
    (name, file) => {
      const { evaluation_interval, rule_files, tests } = readRuleTest(file);
      const ofAlert = rules.filter((rule) => rule.alert === name);
      expect(rule_files).toEqual([`../../prometheus/rules/${ofAlert[0]?.file}`]);
      expect(evaluation_interval).toMatch(/^(5s|30s|1m|5m)$/);
      for (const one of tests) {
        expect(one.interval, one.name).toBe(evaluation_interval);
        expect(one.alert_rule_test.filter((check) => check.alertname !== name)).toEqual([]);
      }
      const checks = tests.flatMap((one) => one.alert_rule_test);
      const severities = checks.flatMap((check) =>
        check.exp_alerts.map((alert) => alert.exp_labels['severity']),
      );
      expect([...new Set(severities)].sort()).toEqual(ofAlert.map((rule) => rule.labels['severity']).sort());
      const isAlways = ofAlert.every((rule) => rule.expr === 'vector(1)');
      expect(checks.some((check) => check.exp_alerts.length === 0)).toBe(!isAlways);
      const labels = checks.flatMap((check) =>
        check.exp_alerts.flatMap((alert) => Object.keys(alert.exp_labels)),
      );
      expect(labels.filter((label) => !LABELS.includes(label))).toEqual([]);
    },
  );

  test.each(names)('%s has a runbook with the four headings and commands', (name) => {
    const text = readFileSync(join(RUNBOOKS, `${name}.md`), 'utf8');
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.+)$/gm)].map((heading) => heading[1])).toEqual(HEADINGS);
    for (const section of text.split(/^## .+$/m).slice(1)) expect(section.trim().length).toBeGreaterThan(40);
    expect(text).toMatch(/^```(sh|sql)\n/m);
  });
});

describeWith([], 'conventions', () => {
  test.each(rules.map((rule) => [`${rule.alert} (${rule.labels['severity']})`, rule] as const))(
    '%s',
    (_, rule) => {
      expect(rule.alert).toMatch(/^PgVigil([A-Z][a-z0-9]+)+$/);
      expect(rule.alert.length).toBeLessThanOrEqual(40);
      expect(Object.keys(rule.labels)).toEqual(['severity']);
      expect(rule.labels['severity']).toMatch(
        /^PgVigil(Watchdog|Heartbeat)$/.test(rule.alert) ? /^none$/ : /^(critical|warning|info)$/,
      );
      expect(Object.keys(rule.annotations)).toEqual(expect.arrayContaining(TEXTS.slice(0, 3)));
      const others = Object.keys(rule.annotations).filter(
        (name) => ![...TEXTS, ...OF_INCIDENTS].includes(name),
      );
      expect(others).toEqual([]);
      expect(rule.annotations['summary']).toMatch(/^(pgvigil|[A-Z])[^{}]+\.$/);
      expect(rule.annotations['runbook_url']).toBe(`${RUNBOOK_URL}/${rule.alert}.md`);
      // What has no object of its own has nothing to put into a template.
      const hasObject = !/vector\(1\)|absent\(/.test(rule.expr);
      expect(rule.annotations['description']).toMatch(
        hasObject ? /\{\{.*\.(\{\{ end \}\})?$/s : /^[^{}]+\.$/,
      );
    },
  );

  test('every selection is aggregated without instance and job', () => {
    const wrong = rules.filter(
      ({ expr }) =>
        !/vector\(1\)|absent\(/.test(expr) &&
        !/\b(min|max|sum|count) without \(instance, job\b|^server_datname:|^\(\s*server_datname:/.test(expr),
    );
    expect(wrong.map((rule) => rule.alert)).toEqual([]);
  });

  test('every metric of a rule is one that pgvigil exports', () => {
    const exported = catalogue();
    const used = rules.flatMap((rule) => metricsIn(rule.expr + Object.values(rule.annotations).join(' ')));
    expect(new Set(used).size).toBeGreaterThan(10);
    expect(used.filter((name) => !exported.has(name) && !OF_PROMETHEUS.includes(name))).toEqual([]);
  });
});
