import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runbooksDocument } from '../../scripts/runbooks.js';
import { makeWorkspace, ROOT } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { durationSeconds } from '../kit/promql.ts';
import { isObjectUnaffected, isResolved } from '../kit/rule-test-cases.ts';
import {
  alertRules,
  RULE_TESTS,
  RUNBOOKS,
  readGroups,
  readRuleTest,
  ruleFiles,
  ruleTestFiles,
} from '../kit/rules.ts';

const HEADINGS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];
/** Labels an alert may have beside its name; `instance` and `job` are taken away on purpose. */
const LABELS = [
  ...['severity', 'server', 'datname', 'volume', 'mountpoint', 'container', 'reason', 'risk'],
  ...['observer', 'target', 'kind', 'host', 'integration', 'source', 'location'],
];

const rules = alertRules();
const names = [...new Set(rules.map((rule) => rule.alert))].sort();
/** All unit test files of promtool, those of recording rules too. */
const testFiles = readdirSync(RULE_TESTS)
  .filter((file) => file.endsWith('.yml'))
  .map((file) => join(RULE_TESTS, file));

/** A unit test file that says in which order its groups are evaluated, from wherever it lies. */
function withOrder(file: string, direction: 'forwards' | 'backwards'): string {
  const { rule_files, ...rest } = readRuleTest(file);
  const paths = rule_files.map((path) => join(RULE_TESTS, path));
  const names = paths.flatMap(readGroups).map(({ name }) => name);
  const group_eval_order = direction === 'forwards' ? names : names.reverse();
  return stringify({ ...rest, rule_files: paths, group_eval_order }, { aliasDuplicateObjects: false });
}

describeWith(['prometheus'], 'promtool', () => {
  const promtool = (...args: readonly string[]) => run({ command: program('promtool'), args }, 300_000);

  test('the rules are valid and free of lint', async () => {
    const { code, output } = await promtool('check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles());
    expect(code, output).toBe(0);
  });

  // Prometheus evaluates each group at a moment of its own, promtool in any order it likes.
  test.concurrent.each(['forwards', 'backwards'] as const)(
    'the unit tests of the rules pass with the groups evaluated %s',
    { timeout: 300_000 },
    async (direction) => {
      const workspace = await makeWorkspace('order');
      try {
        const files = await Promise.all(
          testFiles.map((file) => workspace.write(basename(file), withOrder(file, direction))),
        );
        const { code, output } = await promtool('test', 'rules', ...files);
        expect(code, output).toBe(0);
      } finally {
        await workspace.remove();
      }
    },
  );

  test('prometheus.yml is valid and finds the rules', async () => {
    const { code, output } = await promtool('check', 'config', join(ROOT, 'prometheus/prometheus.yml'));
    expect(code, output).toBe(0);
    expect(output).toContain(`${ruleFiles().length} rule files found`);
  });
});

describe('every alert', () => {
  test('has a unit test of its name, and every unit test an alert', () => {
    expect(names.length).toBeGreaterThan(10);
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

  test.each(names)('%s has a runbook with the four headings and commands', (name) => {
    const text = readFileSync(join(RUNBOOKS, `${name}.md`), 'utf8');
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.+)$/gm)].map((heading) => heading[1])).toEqual(HEADINGS);
    for (const section of text.split(/^## .+$/m).slice(1)) expect(section.trim().length).toBeGreaterThan(40);
    expect(text).toMatch(/^```(sh|sql)\n/m);
  });
});

describe.each(ruleTestFiles().map((file) => ({ name: basename(file, '.yml'), file })))(
  'the unit test of $name',
  ({ name, file }) => {
    const { evaluation_interval, rule_files, tests } = readRuleTest(file);
    const ofAlert = rules.filter((rule) => rule.alert === name);
    const isAlways = ofAlert.every((rule) => /^PgVigil(Watchdog|Heartbeat)$/.test(rule.alert));
    const checks = tests.flatMap((one) => one.alert_rule_test);
    const fired = checks.flatMap((check) => check.exp_alerts);
    const labels = [...new Set(fired.flatMap((alert) => Object.keys(alert.exp_labels)))];

    test('loads its rules, and says its intervals', () => {
      expect(rule_files).toContain(`../../prometheus/rules/${ofAlert[0]?.file}`);
      const shipped = ruleFiles().map((path) => `../../prometheus/rules/${basename(path)}`);
      expect(shipped).toEqual(expect.arrayContaining([...rule_files]));
      expect(durationSeconds(evaluation_interval)).toBeGreaterThan(0);
      for (const one of tests) expect(durationSeconds(one.interval), one.name).toBeGreaterThan(0);
      for (const one of tests) expect(one.name).toMatch(/[^.]$/);
      expect(new Set(tests.map((one) => one.name)).size).toBe(tests.length);
    });

    test('is about this alert only', () => {
      // promtool is content with a test of an alert that does not exist.
      expect([...new Set(checks.map((check) => check.alertname))]).toEqual([name]);
    });

    test('has it fire with every severity, and be quiet', () => {
      const severities = fired.map((alert) => alert.exp_labels['severity']);
      expect([...new Set(severities)].sort()).toEqual(ofAlert.map((rule) => rule.labels['severity']).sort());
      expect(checks.some((check) => check.exp_alerts.length === 0)).toBe(name !== 'PgVigilWatchdog');
      expect(labels.filter((label) => !LABELS.includes(label))).toEqual([]);
    });

    if (isAlways) return;
    test('has it end', () => {
      expect(tests.some(isResolved), 'no case has a check after the alert at which it is over').toBe(true);
    });

    const objects = labels.filter((label) => label !== 'severity' && label !== 'host');
    if (objects.length === 0) return;
    test('has another object beside it that is well', () => {
      expect(tests.some((one) => isObjectUnaffected(one, objects))).toBe(true);
    });
  },
);
