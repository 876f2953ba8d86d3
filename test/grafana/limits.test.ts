import { describe, expect, test } from 'vitest';
import * as limits from '../../grafana/src/limits.ts';
import { nodesOf, parseQuery, textOf } from '../kit/promql.ts';
import { alertRules } from '../kit/rules.ts';
import { contentPanels, readDashboards } from './kit.ts';

const written = new Set(alertRules().map(({ alert }) => alert));
// A rule that is about to be written has no numbers yet.
const all: readonly limits.Limit[] = Object.values(limits).filter(({ alert }) => written.has(alert));

const SEVERITIES = ['warning', 'critical'] as const;

describe.each(all.map((limit) => [limit.alert, limit] as const))('the limits of %s', (alert, limit) => {
  const rules = alertRules().filter((rule) => rule.alert === alert);

  test.each(SEVERITIES)('%s: the rule has the number of the panels, or neither has one', (severity) => {
    const rule = rules.find(({ labels }) => labels['severity'] === severity);
    if (limit[severity] === undefined) expect(rule).toBeUndefined();
    else expect(constantsOf(rule?.expr ?? '')).toContain(limit[severity]);
  });

  test('are shown somewhere', () => {
    const numbers = SEVERITIES.flatMap((severity) => limit[severity] ?? []);
    expect(shownSteps()).toContainEqual(numbers.sort((a, b) => a - b));
  });
});

/** All numbers of a query, products worked out: 24 * 60 * 60 is 86400. */
function constantsOf(expr: string): readonly number[] {
  return nodesOf(parseQuery(expr).root)
    .map((node) => textOf(expr, node))
    .filter((text) => /^[\d.]+(\s*\*\s*[\d.]+)*$/.test(text))
    .map((text) => text.split('*').reduce((product, factor) => product * Number(factor), 1));
}

/** The numbers at which panels and columns change their colour. */
function shownSteps(): readonly (readonly number[])[] {
  return readDashboards()
    .flatMap(contentPanels)
    .flatMap(({ fieldConfig }) => [
      fieldConfig?.defaults.thresholds,
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter(({ id }) => id === 'thresholds').map(({ value }) => value as { steps: [] }),
      ),
    ])
    .map((thresholds) =>
      (thresholds?.steps ?? []).flatMap(({ value }: { value: number | null }) => value ?? []),
    );
}
