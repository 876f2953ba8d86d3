/** The steps in which a broken rule is tried, so that the cheap ones come first. Pure. */
import { durationSeconds } from './promql.ts';
import type { RuleTestCase, RuleText } from './rules.ts';

/** One case of a unit test, and the rules it is about. */
export interface Step {
  /** In the order in which they are evaluated. */
  readonly rules: readonly RuleText[];
  readonly evaluationInterval: string;
  readonly test: RuleTestCase;
}

/** Cheapest first. A long case is also tried up to the first alert it expects, where most broken rules fail. */
export const inOrder = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => [...beginning(step), step]).sort((a, b) => cost(a) - cost(b));

function beginning(step: Step): readonly Step[] {
  const { alert_rule_test } = step.test;
  const fires = alert_rule_test.find(({ exp_alerts }) => exp_alerts.length > 0);
  if (fires === undefined || 2 * seconds(fires.eval_time) > lastSeconds(step.test)) return [];
  const checks = alert_rule_test.filter(({ eval_time }) => seconds(eval_time) <= seconds(fires.eval_time));
  return [{ ...step, test: { ...step.test, alert_rule_test: checks, promql_expr_test: [] } }];
}

/** Evaluations of rules, each over so many series; a case that expects no alert notices less, so it comes later. */
function cost({ rules, evaluationInterval, test }: Step): number {
  const fires = test.alert_rule_test.some(({ exp_alerts }) => exp_alerts.length > 0);
  const evaluations = lastSeconds(test) / seconds(evaluationInterval);
  return rules.length * evaluations * (1 + test.input_series.length) * (fires ? 1 : 3);
}

const seconds = (duration: string): number => durationSeconds(duration) ?? 0;

function lastSeconds({ alert_rule_test, promql_expr_test = [] }: RuleTestCase): number {
  return Math.max(...[...alert_rule_test, ...promql_expr_test].map(({ eval_time }) => seconds(eval_time)));
}
