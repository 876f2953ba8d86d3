import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './bundle.ts';

/** An alert rule as written, and the file it stands in. */
export interface AlertRule {
  readonly file: string;
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A group of a rule file. */
export interface RuleGroup {
  name: string;
  rules: { alert?: string; record?: string; expr: string; for?: string }[];
}

/** A unit test file of promtool. */
export interface RuleTestFile {
  rule_files: string[];
  evaluation_interval: string;
  tests: {
    name: string;
    interval: string;
    input_series: { series: string; values: string }[];
    alert_rule_test: {
      eval_time: string;
      alertname: string;
      exp_alerts: { exp_labels: Record<string, string>; exp_annotations: Record<string, string> }[];
    }[];
  }[];
}

/** Directories of the rules and of their tests. */
export const RULES = join(ROOT, 'prometheus/rules');
export const RULE_TESTS = join(ROOT, 'test/rules');
export const RUNBOOKS = join(ROOT, 'docs/runbooks');

/** The shipped rule files, whole paths. */
export const ruleFiles = (): string[] => filesOf(RULES, '.yml');

/** The unit test files of alerts, whole paths. */
export const ruleTestFiles = (): string[] =>
  filesOf(RULE_TESTS, '.yml').filter((file) => /^[A-Z]/.test(basename(file)));

/** The unit test file of the rules that only record. */
export const FLEET_TEST = join(RULE_TESTS, 'fleet.yml');

/** The groups of a rule file. */
export function readGroups(file: string): RuleGroup[] {
  return (parse(readFileSync(file, 'utf8')) as { groups: RuleGroup[] }).groups;
}

/** A unit test file. */
export const readRuleTest = (file: string): RuleTestFile => parse(readFileSync(file, 'utf8')) as RuleTestFile;

/** All shipped alert rules; one alert may have a rule per severity. */
export function alertRules(): AlertRule[] {
  return ruleFiles().flatMap((file) =>
    readGroups(file).flatMap(({ rules }) =>
      rules
        .filter((rule) => rule.alert !== undefined)
        .map((rule) => ({ file: basename(file), ...(rule as Omit<AlertRule, 'file'>) })),
    ),
  );
}

function filesOf(directory: string, ending: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(directory, file));
}
