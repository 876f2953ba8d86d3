import { expect, test } from 'vitest';
import { parseQuery } from './promql.ts';
import { mutantsOf, textMutantsOf } from './rule-mutations.ts';

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

test('the times of an alert are broken', () => {
  const mutants = mutantsOf({ alert: 'A', expr: 'a', for: '1m', keep_firing_for: '2m' }, 5);
  expect(mutants.map(({ how, rule }) => [how, rule.for, rule.keep_firing_for])).toEqual([
    ['without `for`', undefined, '2m'],
    ['with a `for` two evaluations longer', '70s', '2m'],
    ['without `keep_firing_for`', '1m', undefined],
  ]);
});

test('the selections of its templates are broken, with the arguments that go with them', () => {
  const template =
    '{{ with query (printf "b{c=%q,d=\\"e\\",host=%q} and f{g=%q}" $labels.c $labels.host $labels.g) }}{{ end }}';
  const annotations = { description: template, summary: 'So.', cause: template };
  const mutants = textMutantsOf({ alert: 'A', expr: 'a', annotations });
  const query = (text: string, ...args: readonly string[]) =>
    `{{ with query (printf ${[JSON.stringify(text), ...args].join(' ')}) }}{{ end }}`;
  const [c, host, g] = ['$labels.c', '$labels.host', '$labels.g'] as const;
  expect(mutants.map(({ rule }) => rule.annotations?.['description'])).toEqual([
    query('b{d="e",host=%q} and f{g=%q}', host, g),
    query('b{c=%q,host=%q} and f{g=%q}', c, host, g),
    query('b{c=%q,d="e",host=%q} and f{}', c, host),
    query('b{c=%q,d="e",host=%q}', c, host),
  ]);
  for (const { how, rule } of mutants) {
    expect(how).toMatch(/^description, cause without /);
    expect(rule.annotations?.['cause']).toBe(rule.annotations?.['description']);
    expect(rule.annotations?.['summary']).toBe('So.');
  }
});

test('an argument that is numbered stays, for the others do not move', () => {
  const template = '{{ query (printf "b{c=%[1]q,d=%[2]q}" $labels.c $labels.d) | len }}';
  const [mutant] = textMutantsOf({ alert: 'A', expr: 'a', annotations: { description: template } });
  expect(mutant?.rule.annotations?.['description']).toBe(
    '{{ query (printf "b{d=%[2]q}" $labels.c $labels.d) | len }}',
  );
});
