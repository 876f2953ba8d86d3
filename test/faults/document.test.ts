import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../kit/bundle.ts';
import { ALL } from './catalogue.ts';

const FILE = join(ROOT, 'docs/faults.md');
const HEAD = '| row | fault |\n|---|---|\n';

/** The rows of docs/faults.md; `UPDATE_GOLDEN=1` writes them anew. */
test('docs/faults.md has a row for every fault', () => {
  const text = readFileSync(FILE, 'utf8');
  const from = text.indexOf(HEAD) + HEAD.length;
  const to = text.indexOf('\n\n', from);
  const rows = [...ALL]
    .sort((a, b) => a.row - b.row)
    .map(({ row, name }) => `| ${row} | ${name.replaceAll('|', '\\|')} |`)
    .join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1')
    writeFileSync(FILE, `${text.slice(0, from)}${rows}${text.slice(to)}`);
  else expect(text.slice(from, to)).toBe(rows);
});

test('no two faults have one name', () => {
  const names = ALL.map(({ row, name }) => `${row} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});
