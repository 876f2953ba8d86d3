/** What a unit test of an alert proves, as far as its file tells. Pure. */
import { durationSeconds, parseQuery } from './promql.ts';
import type { AlertCheck, RuleTestCase } from './rules.ts';

/** Whether an alert fires and is over later. */
export function isResolved({ alert_rule_test }: RuleTestCase): boolean {
  const inTime = [...alert_rule_test].sort((a, b) => at(a) - at(b));
  return inTime.some((check, index) => {
    const later = inTime
      .slice(index + 1)
      .map((other) => other.exp_alerts.map(({ exp_labels }) => key(exp_labels)));
    return check.exp_alerts.some(({ exp_labels }) =>
      later.some((firing) => !firing.includes(key(exp_labels))),
    );
  });
}

/** Whether an alert fires while another object of the same kind has series and none. */
export function isObjectUnaffected(
  { alert_rule_test, input_series }: RuleTestCase,
  labels: readonly string[],
) {
  const series = input_series.map((one) => parseQuery(one.series).selectors[0]?.matchers ?? []);
  return alert_rule_test.some(({ exp_alerts }) =>
    labels.some((label) => {
      const values = series.flatMap((matchers) => matchers.find((one) => one.label === label)?.value ?? []);
      const firing = exp_alerts.map(({ exp_labels }) => exp_labels[label]);
      return firing.length > 0 && values.some((value) => !firing.includes(value));
    }),
  );
}

const at = (check: AlertCheck): number => durationSeconds(check.eval_time) ?? 0;

const key = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).sort());
