import { expect, test } from 'vitest';
import { parseQuery } from './promql.ts';
import { mutantsOf } from './rule-mutations.ts';

const broken = (expr: string): string[] =>
  mutantsOf({ record: 'a:b:c', expr }, 5).map(({ rule }) => rule.expr);

test.each([
  ['a == 0', ['a != 0', 'a == 1']],
  ['a < 0.1', ['a >= 0.1', 'a <= 0.1', 'a < 0.095', 'a < 0.105']],
  ['a and b', ['a unless b', 'a']],
  ['a or b', ['a and b', 'a', 'b']],
  ['a unless on (x, y) b', ['a and on (x, y) b', 'a', 'a unless on (y) b', 'a unless on (x) b']],
  ['min without (i, j) (a)', ['max without (i, j) (a)', 'min without (j) (a)', 'min without (i) (a)']],
  ['a{b="c",d=~"e"}', ['a{d=~"e"}', 'a{b="c"}']],
  [
    'last_over_time(a{b="c"}[8m])',
    [
      'a{b="c"}',
      'last_over_time(a{b="c"}[120s])',
      'last_over_time(a{b="c"}[1920s])',
      'last_over_time(a{}[8m])',
    ],
  ],
  ['a offset 1h', ['a']],
  ['2*60*60', ['1.9*60*60', '2.1*60*60']],
])('%s is broken in every way', (expr, expected) => {
  expect(broken(expr)).toEqual(expected);
});

test('every broken one is PromQL', () => {
  const expr = `min without (instance, job) (a{b="c"} / (d > 0) < 0.10
    unless on (x) group_left (y) max_over_time(e[1h:5m] offset 5m) == 1 or rate(f[5m]) > bool -2.5e3)`;
  for (const text of broken(expr)) expect(parseQuery(text).errors, text).toEqual([]);
  expect(new Set(broken(expr)).size).toBe(broken(expr).length);
});

test('the times of an alert are broken, and the selection of its templates', () => {
  const mutants = mutantsOf(
    {
      alert: 'A',
      expr: 'a',
      for: '1m',
      annotations: {
        description: '{{ with query (printf "b{c=%q,d=\\"e\\",f=%q}" $labels.c $labels.f) }}{{ end }}',
      },
    },
    5,
  );
  expect(mutants.map(({ rule }) => rule.for ?? rule.annotations?.['description'])).toMatchObject({
    1: '70s',
  });
  expect(mutants.slice(2).map(({ rule }) => rule.annotations?.['description'])).toEqual([
    '{{ with query (printf "b{d=\\"e\\",f=%q}" $labels.f) }}{{ end }}',
    '{{ with query (printf "b{c=%q,f=%q}" $labels.c $labels.f) }}{{ end }}',
    '{{ with query (printf "b{c=%q,d=\\"e\\"}" $labels.c) }}{{ end }}',
  ]);
  expect(mutants.map(({ how }) => how)).toEqual([
    'without `for`',
    'with a `for` two evaluations longer',
    expect.stringContaining('description without the matcher'),
    expect.stringContaining('description without the matcher'),
    expect.stringContaining('description without the matcher'),
  ]);
});
