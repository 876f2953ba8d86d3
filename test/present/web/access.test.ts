import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { readCredentials } from '../../../src/present/web/access/credentials.ts';
import { BusyError } from '../../../src/present/web/access/hasher.ts';
import { createJudge } from '../../../src/present/web/access/judge.ts';
import { createLimiter } from '../../../src/present/web/access/limiter.ts';

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
/** Where a password belongs to its hash when both end alike. */
const HASHES = { prometheus: '$2y$11$…sesame', other: '$2y$10$…sesame' };
const users = new Map(Object.entries(HASHES).map(([name, hash]) => [name, new Secret(hash)]));

function judging(answer?: (password: string, hash: string) => Promise<boolean>) {
  const asked: string[] = [];
  const judge = createJudge(users, (password, hash) => {
    asked.push(hash);
    return answer?.(password, hash) ?? Promise.resolve(hash.endsWith(password));
  });
  return { asked, judge };
}

test.each([
  ['Basic cHJvbWV0aGV1czpzZXNhbWU=', 'prometheus', 'sesame'],
  ['basic  cHJvbWV0aGV1czpzZXNhbWU', 'prometheus', 'sesame'],
  [basic('a', 'b:c'), 'a', 'b:c'],
  [basic('', ''), '', ''],
  [basic('élan', '🐘'), 'élan', '🐘'],
])('%s is %s with %s', (header, user, password) => {
  expect(readCredentials(header)).toEqual({ user, password });
});

test.each([
  undefined,
  '',
  'Basic',
  'Basic ',
  'Bearer abc',
  'Basic ***',
  'Basic cHJvbWV0aGV1cw==',
  basic('a', 'x'.repeat(2000)),
])('%s is nobody', (header) => expect(readCredentials(header)).toBeUndefined());

test('a password is compared once, and remembered for its name only', async () => {
  const { asked, judge } = judging();
  for (let time = 0; time < 3; time++) {
    expect(await judge(basic('prometheus', 'sesame'), 'a')).toBe('allowed');
    expect(await judge(basic('prometheus', 'wrong'), 'a')).toBe('denied');
    expect(await judge(basic('nobody', 'sesame'), 'a')).toBe('denied');
  }
  expect(asked).toHaveLength(3);
  expect(await judge(undefined, 'a')).toBe('denied');
  expect(asked).toHaveLength(3);
});

test('a name that does not exist is compared too, at the highest cost, and never let in', async () => {
  const { asked, judge } = judging(() => Promise.resolve(true));
  expect(await judge(basic('nobody', 'sesame'), 'a')).toBe('denied');
  expect(asked[0]).toMatch(/^\$2b\$11\$.{53}$/);
});

test('names and passwords cannot be cut differently', async () => {
  const { judge } = judging((password, hash) =>
    Promise.resolve(password === 'b","c' && hash === HASHES.other),
  );
  expect(await judge(basic('other', 'b","c'), 'a')).toBe('allowed');
  expect(await judge(basic('other","b', 'c'), 'a')).toBe('denied');
});

test('the same question under way is asked once', async () => {
  const { asked, judge } = judging(async (password, hash) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return hash.endsWith(password);
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => judge(basic('other', 'sesame'), 'a')));
  expect(new Set(answers)).toEqual(new Set(['allowed']));
  expect(asked).toHaveLength(1);
});

test('guessing drives nobody out, and is remembered within bounds', async () => {
  const { asked, judge } = judging();
  await judge(basic('prometheus', 'sesame'), 'a');
  for (let guess = 0; guess < 500; guess++) await judge(basic('prometheus', `guess ${guess}`), 'b');
  expect(asked).toHaveLength(501);
  expect(await judge(basic('prometheus', 'sesame'), 'a')).toBe('allowed');
  expect(asked).toHaveLength(501);
  // The first guess has been forgotten.
  await judge(basic('prometheus', 'guess 0'), 'b');
  expect(asked).toHaveLength(502);
});

test('no answer is no verdict, and is not remembered', async () => {
  let isBusy = true;
  const { judge } = judging((password, hash) =>
    isBusy ? Promise.reject(new BusyError('busy')) : Promise.resolve(hash.endsWith(password)),
  );
  expect(await judge(basic('other', 'sesame'), 'a')).toBe('busy');
  isBusy = false;
  expect(await judge(basic('other', 'sesame'), 'a')).toBe('allowed');
});

test('a limit allows its burst, then one per interval, and never more than the burst', () => {
  const limiter = createLimiter({ intervalMs: 100, burst: 3 });
  const allowed = (nowMs: number, times: number): number =>
    Array.from({ length: times }, () => limiter(nowMs)).filter(Boolean).length;
  expect(allowed(1000, 5)).toBe(3);
  expect(allowed(1099, 5)).toBe(0);
  expect(allowed(1100, 5)).toBe(1);
  expect(allowed(1350, 5)).toBe(2);
  expect(allowed(99_999, 9)).toBe(3);
  expect(createLimiter(undefined)(0)).toBe(true);
});
