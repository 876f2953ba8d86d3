import { describe, expect, test } from 'vitest';
import { parseTemplate, printTemplate } from '../../grafana/src/alerting/go-template.ts';
import { translate } from '../../grafana/src/alerting/translate.ts';
import { alertRules } from '../kit/rules.ts';

describe('a template of Prometheus becomes one of Grafana', () => {
  test.each([
    ['without a template', 'A database is gone.', 'A database is gone.', false],
    ['labels stay', 'Database {{ $labels.datname }}.', 'Database {{ $labels.datname }}.', false],
    [
      'the value is that of query B',
      '{{ $value | humanizePercentage }} is left',
      '{{ $values.B.Value | humanizePercentage }} is left',
      false,
    ],
    ['also without a dollar', '{{ printf "%.0f" .Value }}', '{{ printf "%.0f" .Values.B.Value }}', false],
    [
      'what asks falls away, with else in its place',
      'Down. {{ with query "up == 0" }}It is {{ . | first | label "state" }}.{{ else }}Nobody knows.{{ end }}',
      'Down. Nobody knows.',
      true,
    ],
    ['braces in a query are no end', 'A{{ with query "x{a=\\"b\\"}}" }}, {{ . }}{{ end }} B', 'A B', true],
    ['a range that asks', 'A {{ range query "up" }}{{ .Labels.x }}{{ end }} B', 'A B', true],
    [
      'a variable that holds an answer',
      '{{ $found := query "up" }}A{{ if $found }} {{ $found | first | value }}{{ else }} none{{ end }}',
      'A none',
      true,
    ],
    ['else with', '{{ with query "a" }}1{{ else with query "b" }}2{{ else }}3{{ end }}', '3', true],
    [
      'a condition on a label stays, without what asks inside',
      '{{ if $labels.datname }}{{ with query "x" }}X{{ end }}D{{ else }}S{{ end }}',
      '{{ if $labels.datname }}D{{ else }}S{{ end }}',
      true,
    ],
    [
      'trim markers are carried out',
      'A\n{{- if $labels.x -}}\n B \n{{- end }} C',
      'A{{ if $labels.x }}B{{ end }} C',
      false,
    ],
    [
      'a word in a string is no query',
      '{{ printf "query %s" $labels.x }}',
      '{{ printf "query %s" $labels.x }}',
      false,
    ],
  ])('%s', (_, template, text, lost) => {
    expect(translate(template)).toEqual({ text, lost });
  });

  test.each(['{{ if $labels.x }}A', 'A{{ end }}'])('%s is refused', (template) => {
    expect(() => translate(template)).toThrow();
  });
});

test.each(
  alertRules().flatMap(({ alert, annotations }) =>
    Object.entries(annotations).map(([name, template]) => [alert, name, template] as const),
  ),
)('%s: the %s survives being read and written', (_, __, template) => {
  const once = printTemplate(parseTemplate(template));
  expect(printTemplate(parseTemplate(once))).toBe(once);
  expect(count(once)).toBe(count(template));
});

/** How many actions a template has. */
const count = (template: string): number => template.split('{{').length;
