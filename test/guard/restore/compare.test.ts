import { describe, expect, test } from 'vitest';
import type { Content } from '../../../src/guard/content.ts';
import { compare } from '../../../src/guard/restore/compare.ts';
import { manifestOf, tableOf } from '../../kit/manifests.ts';

const manifest = manifestOf();
/** What a restore of this manifest holds. */
const same: Content = {
  tables: manifest.tables,
  schemaSha256: 'cd'.repeat(32),
  extensions: ['hstore'],
  migrations: manifest.migrations,
};
const look = (found: Partial<Content>, sameMajor = true) =>
  compare(manifest, { ...same, ...found }, { sameMajor });

describe('comparing what was restored with what was dumped', () => {
  test('finds nothing where all is the same', () => {
    expect(look({})).toEqual({
      checks: {
        rows: 'passed',
        hashes: 'passed',
        schema: 'passed',
        extensions: 'passed',
        migrations: 'passed',
      },
      mismatches: [],
      difference: undefined,
    });
  });

  test.each<[string, Partial<Content>, string, object]>([
    [
      'an emptied table',
      { tables: [tableOf('orders', 0, '0'), tableOf('parts', 200_000)] },
      'table app.orders has 0 rows, not 3',
      { rows: 'failed', hashes: 'passed' },
    ],
    [
      'one row too few of many',
      { tables: [tableOf('orders', 3, '-17'), tableOf('parts', 199_999)] },
      'table app.parts has 199999 rows, not 200000',
      { rows: 'failed' },
    ],
    [
      'other rows of the same number',
      { tables: [tableOf('orders', 3, '-18'), tableOf('parts', 200_000)] },
      'and not the same ones',
      { rows: 'passed', hashes: 'failed' },
    ],
    [
      'a table that is gone',
      { tables: [tableOf('parts', 200_000)] },
      'app.orders is missing',
      { rows: 'failed' },
    ],
    [
      'a table that was not there',
      { tables: [...manifest.tables, tableOf('extra', 0)] },
      'app.extra was not in',
      { rows: 'failed' },
    ],
    ['another schema', { schemaSha256: 'ef'.repeat(32) }, 'outline of the schema', { schema: 'failed' }],
    ['an extension that is gone', { extensions: [] }, 'without extension hstore', { extensions: 'failed' }],
    ['no migrations', { migrations: undefined }, 'the last migration is none', { migrations: 'failed' }],
  ])('finds %s', (_, found, difference, checks) => {
    const result = look(found);
    expect(result.difference).toContain(difference);
    expect(result.checks).toMatchObject(checks);
  });

  test('what was not looked at is skipped, and never passed', () => {
    const foreign = look(
      { schemaSha256: 'other', tables: [tableOf('orders', 3, '5'), tableOf('parts', 200_000)] },
      false,
    );
    expect(foreign.checks).toMatchObject({ rows: 'passed', hashes: 'skipped', schema: 'skipped' });
    expect(foreign.difference).toBeUndefined();
    const bare = manifestOf({
      schemaSha256: undefined,
      migrations: undefined,
      tables: [tableOf('orders', 3)],
    });
    expect(compare(bare, { ...same, tables: [tableOf('orders', 3)] }, { sameMajor: true }).checks).toEqual({
      rows: 'passed',
      hashes: 'skipped',
      schema: 'skipped',
      extensions: 'passed',
      migrations: 'skipped',
    });
  });

  test('counts are compared across major versions too', () => {
    expect(look({ tables: [tableOf('orders', 2), tableOf('parts', 200_000)] }, false).difference).toContain(
      'has 2 rows, not 3',
    );
  });

  test('names the first few of many', () => {
    expect(look({ tables: Array.from({ length: 9 }, (_, n) => tableOf(`t${n}`, 1)) }).difference).toContain(
      '8 more tables differ',
    );
  });
});
