import { expect, test } from 'vitest';
import { thoseWhoseTurnItIs } from '../../../src/observe/postgres/prober.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `db${index}`);

/** Who is entered in each of so many passes, longest ago first, while these are not well. */
function passes(databases: readonly string[], count: number, sick: readonly string[] = []): string[][] {
  let order = databases;
  return Array.from({ length: count }, () => {
    const entered = thoseWhoseTurnItIs(order, (datname) => !sick.includes(datname));
    order = [...order.filter((datname) => !entered.includes(datname)), ...entered];
    return [...entered];
  });
}

test.each([0, 1, 2, 5, 6, 7, 10, 100, 1000])(
  'of %i that are well each is entered once in six passes',
  (count) => {
    const databases = names(count);
    const all = passes(databases, 6).flat();
    expect(new Set(all)).toEqual(new Set(databases));
    expect(all.length).toBeLessThan(count + 6);
  },
);

test('one that is alone is entered in each pass', () => {
  expect(passes(['app'], 3)).toEqual([['app'], ['app'], ['app']]);
});

test('those that are not well are entered in each pass, and take nobody the turn', () => {
  const entered = passes(names(12), 6, ['db3', 'db7']);
  for (const pass of entered) expect(pass).toEqual(expect.arrayContaining(['db3', 'db7']));
  expect(new Set(entered.flat())).toEqual(new Set(names(12)));
});
