import { describe, expect, test } from 'vitest';
import { chooseTools, majorOf, type PostgresTools } from '../../src/guard/postgres-tools.ts';

const tools = (version: string): PostgresTools => ({
  version,
  major: majorOf(version) ?? 0,
  directory: `/usr/lib/postgresql/${version}`,
  path: (name) => name,
});

describe('the programs of PostgreSQL', () => {
  test.each([
    ['15.18', 15],
    ['9.6.24', 9],
    ['18beta1', 18],
    ['devel', undefined],
  ])('%s is of major version %s', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });

  test.each([
    ['the same version before every newer one', ['18.1', '15.18', '16.4'], 15, '15.18'],
    ['the nearest newer one', ['18.1', '16.4'], 15, '16.4'],
    ['never an older one', ['14.1', '13.2'], 15, undefined],
    ['nothing where there is nothing', [], 15, undefined],
  ])('chosen is %s', (_, found, major, expected) => {
    expect(chooseTools(found.map(tools), major)?.version).toBe(expected);
  });
});
