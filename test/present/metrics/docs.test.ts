import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/present/metrics/catalogue.ts';
import { metricsDocument } from '../../../src/present/metrics/docs.ts';
import { expectGolden } from '../../kit/golden.ts';

test('docs/metrics.md says what the catalogue says (npm run generate writes it)', () => {
  expectGolden(metricsDocument(), 'docs/metrics.md');
});

test('the document has one row for every metric', () => {
  for (const name of Object.keys(CATALOGUE)) {
    expect(metricsDocument().split(`\n| \`${name}\` |`).length, name).toBe(2);
  }
});
