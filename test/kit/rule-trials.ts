/** Every broken version of every shipped rule, with the unit tests that have to notice it. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Trial } from './mutant-run.ts';
import type { Step } from './mutant-steps.ts';
import { durationSeconds, metricsOf, parseQuery } from './promql.ts';
import { mutantsOf, textMutantsOf } from './rule-mutations.ts';
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

/** All trials: of alerts, of the texts that alerts share, and of rules that record. */
export function trialsOfBundle(): readonly Trial[] {
  const groups = ruleFiles().flatMap(readGroups);
  const rules = groups.flatMap((group) => group.rules);
  const records = rules.filter(({ record }) => record !== undefined);
  const tests = ruleTestFiles().flatMap((path) => {
    const file = readRuleTest(path);
    const ofAlert = rules.filter(({ alert }) => alert === basename(path, '.yml'));
    return ofAlert.map((rule) => {
      const group = groups.find((one) => one.rules.includes(rule))?.rules ?? [];
      const needed = neededBy([rule], records);
      const before = needed.filter((record) => group.includes(record));
      return { rule, file, before, after: needed.filter((record) => !before.includes(record)) };
    });
  });
  const fleet = existsSync(FLEET_TEST) ? readRuleTest(FLEET_TEST) : undefined;
  return [
    ...tests.flatMap(trialsOfAlert),
    ...trialsOfTexts(tests),
    ...records.flatMap((record) => trialsOfRecord(record, records, tests, fleet)),
  ];
}

/**
 * A rule of an alert, the rules whose records it reads, and the unit test of the alert. Prometheus evaluates each group
 * at a moment of its own, so what another group records comes after it here: what counts on it is an evaluation late.
 */
interface TestedRule {
  readonly rule: RuleText;
  readonly before: readonly RuleText[];
  readonly after: readonly RuleText[];
  readonly file: RuleTestFile;
}

const nameOf = ({ alert, record = '', labels }: RuleText): string =>
  alert === undefined ? record : `${alert} (${labels?.['severity']})`;

function trialsOfAlert(tested: TestedRule): Trial[] {
  const evaluationSeconds = durationSeconds(tested.file.evaluation_interval) ?? 1;
  return mutantsOf(tested.rule, evaluationSeconds).map((mutant) => ({
    name: `${nameOf(tested.rule)}: ${mutant.how}`,
    steps: stepsOf(tested, mutant.rule),
  }));
}

/** A query that several alerts have in their texts is broken in all of them at once; the test of one may notice. */
function trialsOfTexts(tests: readonly TestedRule[]): Trial[] {
  const found = new Map<string, { readonly name: string; readonly steps: Step[] }>();
  for (const tested of tests) {
    for (const { how, key, rule } of textMutantsOf(tested.rule)) {
      const trial = found.get(key) ?? { name: `${nameOf(tested.rule)}: ${how}`, steps: [] };
      trial.steps.push(...stepsOf(tested, rule));
      found.set(key, trial);
    }
  }
  return [...found.values()];
}

/** The cases of an alert for a broken version of its rule. */
function stepsOf({ rule, before, after, file }: TestedRule, broken: RuleText): Step[] {
  const texts = textsToCompare(rule, broken);
  const rules = [...before, { ...broken, annotations: only(broken.annotations, texts) }, ...after];
  return file.tests.map((one) => ({
    rules,
    evaluationInterval: file.evaluation_interval,
    test: reduced(one, rule.labels?.['severity'], texts),
  }));
}

/** A rule that records is tested by itself, or through the alerts that use it. */
function trialsOfRecord(
  rule: RuleText,
  records: readonly RuleText[],
  tests: readonly TestedRule[],
  fleet: RuleTestFile | undefined,
): Trial[] {
  const own = fleet?.tests.filter((one) =>
    one.promql_expr_test?.some(({ expr }) => expr.includes(nameOf(rule))),
  );
  const users = tests.filter(({ before, after }) => [...before, ...after].includes(rule));
  const evaluationInterval = fleet?.evaluation_interval ?? '5s';
  return mutantsOf(rule, 1).map((mutant) => {
    const broken = (all: readonly RuleText[]) => all.map((one) => (one === rule ? mutant.rule : one));
    const ownSteps = (own ?? []).map((one) => ({
      rules: broken(records),
      evaluationInterval,
      test: { ...one, alert_rule_test: [] },
    }));
    const steps = users.flatMap((tested) =>
      stepsOf({ ...tested, before: broken(tested.before), after: broken(tested.after) }, tested.rule),
    );
    return { name: `${nameOf(rule)}: ${mutant.how}`, steps: ownSteps.length > 0 ? ownSteps : steps };
  });
}

/**
 * The annotations that can tell the broken rule from the right one: those that are broken, or else those with the
 * value. The others are left out, for their queries cost more than all the rest.
 */
function textsToCompare(rule: RuleText, broken: RuleText): readonly string[] {
  const texts = Object.entries(rule.annotations ?? {});
  const changed = texts.filter(([name, text]) => broken.annotations?.[name] !== text);
  const told = changed.length > 0 ? changed : texts.filter(([, text]) => /\$value|\.Value/.test(text));
  return told.map(([name]) => name);
}

function only(
  texts: Readonly<Record<string, string>> = {},
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([name]) => names.includes(name)));
}

/** What the test expects of the rule of one severity, and of some of its annotations. */
function reduced(test: RuleTestCase, severity: string | undefined, texts: readonly string[]): RuleTestCase {
  const checks = test.alert_rule_test.map((check) => ({
    ...check,
    exp_alerts: check.exp_alerts
      .filter(({ exp_labels }) => exp_labels['severity'] === severity)
      .map((alert) => ({ ...alert, exp_annotations: only(alert.exp_annotations, texts) })),
  }));
  return { ...test, alert_rule_test: checks };
}

/** The rules that record what these rules read, and what those read, in the order of the files. */
function neededBy(rules: readonly RuleText[], records: readonly RuleText[]): readonly RuleText[] {
  const read = new Set(rules.flatMap(({ expr }) => metricsOf(parseQuery(expr))));
  // One that reads itself is found already.
  const found = records.filter((one) => read.has(one.record ?? '') && !rules.includes(one));
  const more = found.length === 0 ? [] : neededBy(found, records);
  return records.filter((record) => found.includes(record) || more.includes(record));
}
