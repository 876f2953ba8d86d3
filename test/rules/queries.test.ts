import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyntaxNode } from '@lezer/common';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CATALOGUE } from '../../src/present/metrics/catalogue.ts';
import { type PrometheusFile, ROOT } from '../kit/bundle.ts';
import { KNOWN_METRICS } from '../kit/known-metrics.ts';
import { durationSeconds, metricsOf, nodesOf, type Query, textOf } from '../kit/promql.ts';
import { ruleQueries } from '../kit/rule-queries.ts';
import { recordingRules } from '../kit/rules.ts';

const queries = ruleQueries();
const expressions = queries.filter(({ place }) => place === 'expr');
const records = recordingRules().map(({ record }) => record ?? '');
/** What is recorded of each pgvigil by itself still has `instance` and `job`. */
const isOfInstance = (name: string): boolean => name.startsWith('instance:');
const TYPES: Readonly<Record<string, string>> = {
  ...KNOWN_METRICS,
  ...Object.fromEntries(Object.entries(CATALOGUE).map(([name, { type }]) => [name, type])),
  ...Object.fromEntries(records.map((name) => [name, 'gauge'])),
};
/** Functions that mean something for a counter only, and those that mean something for a gauge only. */
const OF_COUNTERS = ['rate', 'irate', 'increase', 'resets'];
const OF_GAUGES = ['delta', 'idelta', 'deriv', 'predict_linear'];
/** A range holds at least so many scrapes: one may fail, and the edges of 2.42 and 3.x differ by one. */
const SCRAPES_IN_A_RANGE = 4;
const CONDITIONS = ['Eql', 'Neq', 'Lss', 'Lte', 'Gtr', 'Gte', 'And', 'Unless'];
/** Metrics that are always 1 and there only while something is wrong. */
const ONLY_THEN = ['pgvigil_incident_open', 'pgvigil_incident_symptom'];

const prometheus = parse(readFileSync(join(ROOT, 'prometheus/prometheus.yml'), 'utf8')) as PrometheusFile;

/** How often the series of a metric are scraped, or recorded. */
function intervalSeconds(metric: string): number {
  const job = /^(prometheus|alertmanager)_/.exec(metric)?.[1] ?? 'pgvigil';
  const own = prometheus.scrape_configs.find(({ job_name }) => job_name === job)?.scrape_interval;
  return durationSeconds(own ?? prometheus.global.scrape_interval) ?? 0;
}

describe('every query', () => {
  test('has a name of its own, and there are some in templates', () => {
    expect(new Set(queries.map(({ name, query }) => name + query.text)).size).toBe(queries.length);
    expect(queries.length).toBeGreaterThan(expressions.length);
  });

  test.each(queries)('$name is PromQL of 2.42 and of 3.x', ({ query }) => {
    expect([...query.errors, ...query.versionProblems]).toEqual([]);
  });

  test.each(queries)('$name uses metrics that somebody makes', ({ query }) => {
    for (const { metric } of query.selectors) expect(metric, 'a selector without a name').toBeDefined();
    expect(metricsOf(query).filter((metric) => TYPES[metric] === undefined)).toEqual([]);
  });

  test.each(queries)(
    '$name has functions that fit its metrics, and ranges that fit the scrapes',
    ({ query }) => {
      for (const { fn = '', selectors, rangeSeconds, isSubquery } of query.ranges) {
        for (const { metric = '' } of selectors) {
          if (OF_COUNTERS.includes(fn)) expect([fn, metric, TYPES[metric]]).toEqual([fn, metric, 'counter']);
          if (OF_GAUGES.includes(fn)) expect([fn, metric, TYPES[metric]]).toEqual([fn, metric, 'gauge']);
          if (isSubquery) continue;
          expect(rangeSeconds, `${metric} in ${fn}`).toBeGreaterThanOrEqual(
            SCRAPES_IN_A_RANGE * intervalSeconds(metric),
          );
        }
      }
    },
  );

  test.each(queries)('$name averages no ratios', ({ query }) => {
    const averages = nodesOf(query.root).filter(
      (node) => node.name === 'AggregateExpr' && node.getChild('AggregateOp')?.getChild('Avg'),
    );
    for (const node of averages) expect(nodesOf(node).filter(({ name }) => name === 'Div')).toEqual([]);
  });

  test.each(queries)('$name asks for the absence of something with a name only', ({ query }) => {
    // Of absent(x == 1) or absent(x{y=~"z"}) nobody can tell what is absent: the labels are lost.
    for (const call of nodesOf(query.root).filter((node) => isCall(query, node, /^absent(_over_time)?$/))) {
      const argument = call.getChild('FunctionCallBody')?.firstChild;
      expect(argument?.name).toMatch(/^(VectorSelector|MatrixSelector)$/);
      for (const { from, matchers } of query.selectors) {
        if (from === argument?.from) expect(matchers.filter(({ op }) => op !== '=')).toEqual([]);
      }
    }
  });
});

describe('every expression', () => {
  const alerts = expressions.filter(({ rule }) => rule.alert !== undefined);

  test.each(alerts)('$name says when: a condition, or what is there only then', ({ query }) => {
    const says = nodesOf(query.root).some(
      (node) => CONDITIONS.includes(node.name) || isCall(query, node, /^(absent|absent_over_time|vector)$/),
    );
    expect(says || metricsOf(query).every((metric) => ONLY_THEN.includes(metric)), query.text).toBe(true);
  });

  test.each(expressions.filter(({ rule }) => !isOfInstance(rule.record ?? '')))(
    '$name takes `instance` and `job` away from all it selects',
    ({ query }) => {
      const without = records.filter((name) => !isOfInstance(name));
      const selectors = nodesOf(query.root).filter(({ name }) => name === 'VectorSelector');
      const kept = selectors.filter(
        (node) => !without.includes(metricAt(query, node)) && !isAggregated(query, node),
      );
      expect(kept.map((node) => textOf(query.text, node))).toEqual([]);
    },
  );

  test.each(alerts.filter(({ query }) => query.functions.includes('predict_linear')))(
    '$name predicts with a gate, and leaves out what is read-only',
    ({ query }) => {
      expect(metricsOf(query)).toContain('pgvigil_filesystem_readonly');
      expect(nodesOf(query.root).filter(({ name }) => name === 'Div').length).toBeGreaterThan(0);
    },
  );
});

/** Whether something around a selector leaves only labels of the object. */
function isAggregated(query: Query, selector: SyntaxNode): boolean {
  for (let node: SyntaxNode | null = selector; node !== null; node = node.parent) {
    if (isCall(query, node, /^absent(_over_time)?$/)) return true;
    const modifier = node.name === 'AggregateExpr' ? node.getChild('AggregateModifier') : null;
    if (modifier === null) continue;
    const labels = nodesOf(modifier)
      .filter(({ name }) => name === 'LabelName')
      .map((label) => textOf(query.text, label));
    const isBoth = ['instance', 'job'].every((label) => labels.includes(label));
    if (modifier.getChild('Without') ? isBoth : !labels.some((label) => /^(instance|job)$/.test(label)))
      return true;
  }
  return false;
}

function isCall(query: Query, node: SyntaxNode, functions: RegExp): boolean {
  const name = node.name === 'FunctionCall' ? node.getChild('FunctionIdentifier') : null;
  return name !== null && functions.test(textOf(query.text, name));
}

function metricAt(query: Query, node: SyntaxNode): string {
  const name = node.getChild('Identifier');
  return name === null ? '' : textOf(query.text, name);
}
