import { describe, expect, test } from 'vitest';
import { durationSeconds, metricsOf, parseQuery } from './promql.ts';

describe('a query is read', () => {
  const query = parseQuery(`
    min without (instance, job) (last_over_time(a_up{x="1",y!~"b|c"}[10m])) == 0 # a reason
    and on (server)
    sum by (server) (rate(b_total[5m] offset 1h)) > 4 * max_over_time(deriv(c[1h])[1d:5m])`);

  test('without errors', () => {
    expect([query.errors, query.versionProblems]).toEqual([[], []]);
  });

  test('into its selectors', () => {
    expect(metricsOf(query)).toEqual(['a_up', 'b_total', 'c']);
    expect(query.selectors[0]?.matchers).toMatchObject([
      { label: 'x', op: '=', value: '1' },
      { label: 'y', op: '!~', value: 'b|c' },
    ]);
  });

  test('into functions and aggregations', () => {
    expect(query.functions).toEqual(['last_over_time', 'rate', 'max_over_time', 'deriv']);
    expect(query.aggregations).toEqual(['min', 'sum']);
  });

  test('into ranges, each with its function', () => {
    expect(query.ranges.map((range) => [range.fn, range.rangeSeconds, range.isSubquery])).toEqual([
      ['last_over_time', 600, false],
      ['rate', 300, false],
      ['max_over_time', 86_400, true],
      ['deriv', 3_600, false],
    ]);
    expect(query.ranges[2]?.selectors.map(({ metric }) => metric)).toEqual(['c']);
  });
});

test.each([
  ['up ==', 'line 1: no PromQL at the end'],
  ['sum(up', 'line 1: no PromQL at the end'],
  ['up\nand and up', 'line 2: no PromQL at "up"'],
  ['rate(x[$__rate_interval])', 'line 1: no PromQL at "$__rate_interval])"'],
])('%j is no PromQL', (text, error) => {
  expect(parseQuery(text).errors[0]).toBe(error);
});

test.each([
  'predict_linear(x[6h], 4h)',
  'x > 1_000',
  'rate(x[300])',
  'rate(x[5m + 1m])',
  'x offset 60',
  'mad_over_time(x[5m])',
  'double_exponential_smoothing(x[5m], 0.5, 0.5)',
  'info(x)',
  'first_over_time(x[5m])',
  'ts_of_max_over_time(x[5m])',
  'sort_by_label(x, "y")',
  'limitk(3, x)',
  'limit_ratio(0.5, x)',
  '{"utf8 name"}',
  'x{"utf8 label"="y"}',
  'rate(x[5m] smoothed)',
  'rate(x[5m] anchored)',
  'rate(x[step()])',
  'rate(x[max_of(5m, 1m)])',
  'x </ 3',
  'histogram_avg(x)',
])('%j does not work on 2.42', (text) => {
  const { errors, versionProblems } = parseQuery(text);
  expect(errors).toEqual([]);
  expect(versionProblems).not.toEqual([]);
});

test('what 3.x removed is an error of the grammar', () => {
  expect(parseQuery('holt_winters(x[5m], 0.5, 0.5)').errors).not.toEqual([]);
});

test.each([
  'predict_linear(x[6h], 4*60*60) < 0',
  'x offset -1h30m > -1e3',
  'x @ end() == Inf',
  'absent_over_time(x[5m]) or count_values("v", y) % 2 ^ 0x1F',
  'x > bool 0.5 and on (a) group_left (b) y',
])('%j works on both', (text) => {
  const { errors, versionProblems } = parseQuery(text);
  expect([...errors, ...versionProblems]).toEqual([]);
});

test.each([
  ['5m', 300],
  ['1h30m', 5_400],
  ['250ms', 0.25],
  ['300', undefined],
  ['', undefined],
])('%j is %j seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});
