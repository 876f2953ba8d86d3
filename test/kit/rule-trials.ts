/** Every broken version of every shipped rule, with the unit tests that have to notice it. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Trial } from './mutant-run.ts';
import { durationSeconds, metricsOf, parseQuery } from './promql.ts';
import { mutantsOf } from './rule-mutations.ts';
import {
  FLEET_TEST,
  type RuleTestCase,
  type RuleTestFile,
  type RuleText,
  readGroups,
  readRuleTest,
  ruleFiles,
  ruleTestFiles,
} from './rules.ts';

/** All trials, alerts first. */
export function trialsOfBundle(): readonly Trial[] {
  const rules = ruleFiles().flatMap((file) => readGroups(file).flatMap((group) => group.rules));
  const records = rules.filter(({ record }) => record !== undefined);
  const tests = ruleTestFiles().map((file): AlertTests => {
    const alert = basename(file, '.yml');
    return { file: readRuleTest(file), rules: rules.filter((rule) => rule.alert === alert) };
  });
  const fleet = existsSync(FLEET_TEST) ? readRuleTest(FLEET_TEST) : undefined;
  return [
    ...tests.flatMap((one) => trialsOfAlert(one, records)),
    ...records.flatMap((record) => trialsOfRecord(record, records, tests, fleet)),
  ];
}

/** The rules of one alert and their test file. */
interface AlertTests {
  readonly file: RuleTestFile;
  readonly rules: readonly RuleText[];
}

function trialsOfAlert({ file, rules }: AlertTests, records: readonly RuleText[]): Trial[] {
  return rules.flatMap((rule) => {
    const severity = rule.labels?.['severity'];
    return mutantsOf(rule, durationSeconds(file.evaluation_interval) ?? 1).map((mutant) => ({
      name: `${rule.alert} (${severity}): ${mutant.how}`,
      rules: [...neededBy([rule], records), mutant.rule],
      evaluationInterval: file.evaluation_interval,
      cases: file.tests.map((one) => onlySeverity(one, severity)),
    }));
  });
}

/** A rule that records is tested by itself, or through the alerts that use it. */
function trialsOfRecord(
  rule: RuleText,
  records: readonly RuleText[],
  tests: readonly AlertTests[],
  fleet: RuleTestFile | undefined,
): Trial[] {
  const using = tests.filter((one) => neededBy(one.rules, records).includes(rule));
  const own = fleet?.tests
    .filter((one) => one.promql_expr_test?.some(({ expr }) => expr.includes(nameOf(rule))))
    .map((one) => ({ ...one, alert_rule_test: one.alert_rule_test ?? [] }));
  const evaluationInterval = fleet?.evaluation_interval ?? using[0]?.file.evaluation_interval ?? '5s';
  return mutantsOf(rule, durationSeconds(evaluationInterval) ?? 1).map((mutant) => ({
    name: `${nameOf(rule)}: ${mutant.how}`,
    rules: [
      ...records.map((one) => (one === rule ? mutant.rule : one)),
      ...using.flatMap((one) => one.rules),
    ],
    evaluationInterval,
    cases: [...(own ?? []), ...using.flatMap((one) => one.file.tests)],
  }));
}

const nameOf = ({ record = '' }: RuleText): string => record;

/** What the test expects of the rule of one severity; an alert may have a rule for each. */
function onlySeverity(test: RuleTestCase, severity: string | undefined): RuleTestCase {
  const checks = test.alert_rule_test.map((check) => ({
    ...check,
    exp_alerts: check.exp_alerts.filter(({ exp_labels }) => exp_labels['severity'] === severity),
  }));
  return { ...test, alert_rule_test: checks };
}

/** The rules that record what these rules read, and what those read, in the order of the files. */
function neededBy(rules: readonly RuleText[], records: readonly RuleText[]): readonly RuleText[] {
  const read = new Set(rules.flatMap(({ expr }) => metricsOf(parseQuery(expr))));
  const found = records.filter((record) => read.has(nameOf(record)));
  const more = found.length === 0 ? [] : neededBy(found, records);
  return records.filter((record) => found.includes(record) || more.includes(record));
}
