import { expect, test } from 'vitest';
import { byOid } from '../../src/model/by-oid.ts';
import { perObject } from '../../src/model/per-object.ts';

test('of one object something is made once, of another one anew', () => {
  let made = 0;
  const sized = perObject((list: readonly string[]) => {
    made += 1;
    return new Set(list);
  });
  const one = ['a'];
  expect(sized(one)).toBe(sized(one));
  expect(sized(['a'])).not.toBe(sized(one));
  expect(made).toBe(2);
});

test('a list by oid: the last one of the same, nothing of nothing, and the same map again', () => {
  const list = [
    { oid: 1, name: 'a' },
    { oid: 2, name: 'b' },
    { oid: 1, name: 'c' },
  ];
  expect([...byOid(list)]).toEqual([
    [1, { oid: 1, name: 'c' }],
    [2, { oid: 2, name: 'b' }],
  ]);
  expect(byOid(list)).toBe(byOid(list));
  expect(byOid(undefined).size).toBe(0);
});
