import { expect, test } from 'vitest';
import { templateQueries, withQuery } from './template-queries.ts';

test('a plain query', () => {
  expect(templateQueries('x {{ with query "max(up{job=\\"a\\"})" }}y{{ end }}')).toMatchObject([
    { promql: 'max(up{job="a"})', args: [] },
  ]);
});

test('a printed query, with something in the place of its verbs', () => {
  const [query] = templateQueries(
    '{{ range query (printf "a{b=%q, c=%q} > %d" $labels.b (index . "x") 3) }}{{ end }}'.replace(' 3)', ')'),
  );
  expect(query).toMatchObject({ promql: 'a{b="", c=""} > 11', args: ['$labels.b', '(index . "x")'] });
});

test('several, also with backticks and line breaks', () => {
  const template =
    '{{- with query\n  `a{b="c"}` }}{{ query (printf `d{e=%q}` .Labels.e\n) | first }}{{ end -}}';
  expect(templateQueries(template).map(({ promql, args }) => [promql, args])).toEqual([
    ['a{b="c"}', []],
    ['d{e=""}', ['.Labels.e']],
  ]);
});

test('what only looks like one', () => {
  expect(
    templateQueries('query "a" {{ "query" }} {{ $query }} {{ .query }} {{ label "x" | urlquery }}'),
  ).toEqual([]);
});

test('one that cannot be told is an error', () => {
  expect(() => templateQueries('{{ query $x }}')).toThrow('neither a string nor a printf');
});

test('another query in its place', () => {
  const template = '{{ with query (printf "a{b=%q,c=%q}" $labels.b $labels.c) }}x{{ end }}';
  const [query] = templateQueries(template);
  if (query === undefined) throw new Error('no query was found');
  expect(withQuery(template, query, { format: 'a{b=%q}', args: ['$labels.b'] })).toBe(
    '{{ with query (printf "a{b=%q}" $labels.b) }}x{{ end }}',
  );
});
