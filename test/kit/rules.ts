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

/** A rule of a file: an alert, or one that records. */
export interface RuleText {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A group of a rule file. */
export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly RuleText[];
}

/** A unit test file of promtool. */
export interface RuleTestFile {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly tests: readonly RuleTestCase[];
}

export interface RuleTestCase {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly AlertCheck[];
  readonly promql_expr_test?: readonly { readonly expr: string; readonly eval_time: string }[];
}

export interface AlertCheck {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly {
    readonly exp_labels: Readonly<Record<string, string>>;
    readonly exp_annotations: Readonly<Record<string, string>>;
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

/** All shipped rules that record. */
export const recordingRules = (): RuleText[] =>
  ruleFiles().flatMap((file) =>
    readGroups(file).flatMap(({ rules }) => rules.filter(({ record }) => record !== undefined)),
  );

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
