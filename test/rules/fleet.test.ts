import { basename, dirname, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeWorkspace, type Workspace } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { type AlertCheck, alertRules, type RuleTestFile, readRuleTest, ruleTestFiles } from '../kit/rules.ts';

const rules = alertRules();
/** What speaks of no host in particular. */
const isHostless = (expr: string): boolean => /vector\(1\)|absent\(/.test(expr);

/**
 * The series on a host: the label that a scrape configuration gives to a target of a fleet. One that has a host
 * already is that of a neighbour.
 */
function onHost(series: string, host: string): string {
  if (/[{,]host="/.test(series)) return series.replace(/(?<=[{,]host=")/, `${host}-`);
  const label = `host=${JSON.stringify(host)}`;
  return series.includes('{')
    ? series.replace(/\{(?=(.))/, (_, next) => `{${label}${next === '}' ? '' : ','}`)
    : `${series}{${label}}`;
}

/**
 * All tests of an alert at once, each on a host of its own, in one Prometheus: servers, databases and volumes of
 * the same names do different things at the same time, and each host must have just the alerts that it had alone.
 */
function asFleet(file: string): object {
  const { rule_files, evaluation_interval, tests } = readRuleTest(file) as RuleTestFile;
  const hosts = tests.map((one, index) => ({ one, host: `vps-${index}` }));
  // Prometheus scrapes all of a job equally often, so those of one interval are together.
  const intervals = [...new Set(tests.map(({ interval }) => interval))];
  return {
    rule_files: rule_files.map((rules) => resolve(dirname(file), rules)),
    evaluation_interval,
    tests: intervals.map((interval) => {
      const together = hosts.filter(({ one }) => one.interval === interval);
      return {
        interval,
        input_series: together.flatMap(({ one, host }) =>
          one.input_series.map(({ series, values }) => ({ series: onHost(series, host), values })),
        ),
        promql_expr_test: together.flatMap(({ one, host }) =>
          one.alert_rule_test.map((check) => asQuery(check, host)),
        ),
      };
    }),
  };
}

/** The same expectation, of one host. */
function asQuery({ eval_time, alertname, exp_alerts }: AlertCheck, host: string): object {
  return {
    expr: `ALERTS{alertname="${alertname}",alertstate="firing",host="${host}"}`,
    eval_time,
    exp_samples: exp_alerts
      .filter(({ exp_labels }) => exp_labels['host'] === undefined)
      .map(({ exp_labels }) => ({
        labels: `ALERTS${labelText({ ...exp_labels, alertname, alertstate: 'firing', host })}`,
        value: 1,
      })),
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;
}

describeWith(['prometheus'], 'in a fleet', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await makeWorkspace('fleet');
  });
  afterAll(() => workspace.remove());

  const ofHosts = ruleTestFiles().filter((file) =>
    rules.some(({ alert, expr }) => alert === basename(file, '.yml') && !isHostless(expr)),
  );

  test.each(ofHosts.map((file) => [basename(file, '.yml'), file]))(
    '%s is told of its host, and no host hides or adds to that of another',
    async (name, file) => {
      const fleet = await workspace.write(
        `${name}.yml`,
        stringify(asFleet(file), { aliasDuplicateObjects: false }),
      );
      const { code, output } = await run({ command: program('promtool'), args: ['test', 'rules', fleet] });
      expect(code, output).toBe(0);
    },
  );
});

describeWith([], 'a label that somebody adds to a target', () => {
  test.each([...new Set(rules.map((rule) => rule.alert))])('is kept by the joins of %s', (name) => {
    for (const { expr } of rules.filter((rule) => rule.alert === name)) {
      // Joined or grouped by a list of names, the label is lost, and with it which host it is about.
      if (!isHostless(expr)) expect(expr).not.toMatch(/\b(on|by)\s*\(/);
    }
  });

  test.each(rules.map((rule) => [`${rule.alert} (${rule.labels['severity']})`, rule] as const))(
    'is asked for by the templates of %s',
    (_, { annotations }) => {
      const queries = Object.values(annotations).flatMap((text) =>
        [...text.matchAll(/\b(?:query|printf) "((?:[^"\\]|\\.)*)"/g)].map(([, query = '']) => query),
      );
      for (const query of queries) {
        for (const [selector] of query.matchAll(/\b(?:pgvigil_\w+|up)\b(\{[^}]*\})?/g)) {
          expect(selector).toContain('host=%q');
        }
      }
    },
  );
});
