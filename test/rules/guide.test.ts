import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../kit/bundle.ts';
import { alertRules, ruleFiles } from '../kit/rules.ts';

const guide = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');
const rules = alertRules();
const rows = [...guide.matchAll(/^\| `(PgVigil\w+)` \| (\w+) \| `([^`]+)` \|/gm)].map(
  ([, alert = '', severity = '', shipped = '']) => ({ alert, severity, shipped }),
);

test('docs/rules.md was read', () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)('$alert ($severity) has $shipped', ({ alert, severity, shipped }) => {
  const found = rules.filter((rule) => rule.alert === alert && rule.labels['severity'] === severity);
  expect(found).toHaveLength(1);
  for (const rule of found) {
    if (shipped.startsWith('for: ')) expect(rule.for).toBe(shipped.slice('for: '.length));
    else expect(rule.expr).toContain(shipped);
  }
});

/** What a number is compared with that is no word for yes or no. */
const thresholdsOf = (expr: string): readonly string[] =>
  [...expr.matchAll(/[<>]=? (\d[\d.e]*)/g)].flatMap(([text, number]) =>
    ['0', '1'].includes(number ?? '') ? [] : [text],
  );

test('every threshold of the rules is in the table', () => {
  const missing = rules.flatMap(({ alert, labels, expr }) =>
    thresholdsOf(expr)
      .filter(
        (threshold) =>
          !rows.some(
            (row) =>
              row.alert === alert && row.severity === labels['severity'] && row.shipped.startsWith(threshold),
          ),
      )
      .map((threshold) => `${alert} ${labels['severity']} ${threshold}`),
  );
  expect(missing).toEqual([]);
});

test('the names and addresses are those of the rules', () => {
  const text = ruleFiles()
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const [, table = ''] = /## Names and addresses\n([\s\S]*?)```/.exec(guide) ?? [];
  const named = [...table.matchAll(/^\| [^|`]+ \| `([^`]+)` \|/gm)].map(([, shipped = '']) => shipped);
  expect(named).toHaveLength(4);
  for (const shipped of named) expect(text).toContain(shipped);
});
