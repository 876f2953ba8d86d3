import { parse } from 'yaml';

/** A rule file of Prometheus. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** An alert rule of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A group of them; recording rules stay with Prometheus. */
export interface AlertGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

/** The groups of rule files that have alerts. The shape is what promtool checks. */
export function readAlertGroups(files: readonly RuleFile[]): readonly AlertGroup[] {
  return files
    .flatMap(
      ({ text }) => (parse(text) as { groups: { name: string; rules: Partial<AlertRule>[] }[] }).groups,
    )
    .map(({ name, rules }) => ({ name, rules: rules.filter(isAlert) }))
    .filter(({ rules }) => rules.length > 0);
}

const isAlert = (rule: Partial<AlertRule>): rule is AlertRule => rule.alert !== undefined;
