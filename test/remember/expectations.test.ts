import { expect, test } from 'vitest';
import { provisionalName } from '../../src/guard/restore/target.ts';
import { isIgnored } from '../../src/remember/expectations.ts';

test.each([
  ['app', false],
  ['tmp_1', true],
  ['pgvigil_restored', false],
  [provisionalName(Date.UTC(2026, 10, 27), 'ab12cd34'), true],
])('%s is ignored: %s', (datname, ignored) => {
  const config = { expect: [], learn: true, learnAfterMs: 0, ignore: [/^tmp_/] };
  expect(isIgnored(datname, config)).toBe(ignored);
});
