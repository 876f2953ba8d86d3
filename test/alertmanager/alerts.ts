import { basename } from 'node:path';
import { alertRules, readRuleTest, ruleTestFiles } from '../kit/rules.ts';

/** An alert with its severity, and the labels that say what it is about. */
export interface AlertKind {
  readonly alertname: string;
  readonly severity: string;
  /** Beside `alertname` and `severity`, and `host`, which only a fleet has. */
  readonly objects: readonly string[];
}

/** Every alert of the rules, with the labels that its unit test expects; sorted. */
export function alertKinds(): readonly AlertKind[] {
  const alerts = new Set(alertRules().map(({ alert }) => alert));
  const kinds = ruleTestFiles()
    .filter((file) => alerts.has(basename(file, '.yml')))
    .flatMap((file) => {
      const checks = readRuleTest(file).tests.flatMap(({ alert_rule_test }) => alert_rule_test);
      const expected = checks.flatMap(({ exp_alerts }) => exp_alerts);
      return expected.map(({ exp_labels: { severity = '', host: _, ...objects } }) => {
        const alertname = basename(file, '.yml');
        return { alertname, severity, objects: Object.keys(objects).sort() };
      });
    });
  const byName = new Map(kinds.map((kind) => [nameOf(kind), kind]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

/** One line for one kind: `DiskAlmostFull warning {mountpoint}`. */
export function nameOf({ alertname, severity, objects }: AlertKind): string {
  return `${alertname.replace(/^PgVigil/, '')} ${severity} {${objects.join(', ')}}`;
}
