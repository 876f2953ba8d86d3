import { describe, expect, test } from 'vitest';
import { refusal, TEST_PREFIX, testDatabase } from '../../../src/guard/restore/given.ts';

const SCRATCH = '7711166475015090956';
const DATA = '7711164505161400930';

describe('the interlock of a scratch server', () => {
  test('lets in one that is another cluster, and says that it is a scratch server', () => {
    expect(
      refusal({ systemIdentifier: SCRATCH, marker: 'on' }, { known: new Set([DATA]), knowsTested: true }),
    ).toBeUndefined();
  });

  test.each<[string, Parameters<typeof refusal>[0], ReadonlySet<string>, string]>([
    [
      'the server of the data',
      { systemIdentifier: DATA, marker: 'on' },
      new Set([DATA]),
      'of the data itself',
    ],
    [
      'one without the mark',
      { systemIdentifier: SCRATCH, marker: undefined },
      new Set([DATA]),
      'pgvigil.scratch',
    ],
    [
      'one with another mark',
      { systemIdentifier: SCRATCH, marker: 'off' },
      new Set([DATA]),
      'pgvigil.scratch',
    ],
    [
      'one that cannot say who it is',
      { systemIdentifier: undefined, marker: 'on' },
      new Set([DATA]),
      'cannot be read',
    ],
    [
      'any, where nobody knows the server of the data',
      { systemIdentifier: SCRATCH, marker: 'on' },
      new Set(),
      'not known',
    ],
  ])('refuses %s', (_, found, known, why) => {
    expect(refusal(found, { known, knowsTested: known.size > 0 })).toContain(why);
  });

  test('refuses any, where only other servers are known', () => {
    const found = { systemIdentifier: SCRATCH, marker: 'on' };
    expect(refusal(found, { known: new Set([DATA]), knowsTested: false })).toContain('not known');
  });

  test('an identifier is compared as text: beyond 2^53 two numbers look alike', () => {
    expect(
      refusal(
        { systemIdentifier: '7711164505161400931', marker: 'on' },
        { known: new Set(['7711164505161400930']), knowsTested: true },
      ),
    ).toBeUndefined();
  });

  test('a database of a test has our prefix, and the time of its making', () => {
    expect(testDatabase(1_795_744_800_999, 'ab12')).toBe('pgvigil_rt_1795744800_ab12');
    expect(testDatabase(0, 'x').startsWith(TEST_PREFIX)).toBe(true);
  });
});
