import { describe, expect, test } from 'vitest';
import {
  isTesting,
  lastTest,
  type RestoreTest,
  type RestoreTests,
} from '../../../../src/model/restore-test.ts';
import { decodeTests, encodeTests, TestsError } from '../../../../src/observe/backups/own/tests.ts';

const AT = Date.UTC(2026, 10, 27, 4, 0, 0);
const last: RestoreTest = {
  source: 'nightly',
  server: 'main',
  datname: '__proto__',
  location: 'local',
  backup: '20261127T021500Z',
  dataAt: AT - 3600_000,
  startedAt: AT,
  finishedAt: AT + 61_500,
  result: 'failed',
  reason: 'content',
  detail: 'the table app.orders holds other rows',
  phases: { checksum: 0.7, restore: 58.9 },
  checks: { checksum: 'passed', rows: 'passed', hashes: 'failed', sql: 'skipped' },
  restored: { bytes: 1_500_000_000, tables: 2, rows: 3_000_000 },
  mismatchedTables: 1,
  mismatches: [{ schema: 'app', name: 'orders', what: 'content', expectedRows: 3, foundRows: 3 }],
};
const tests: RestoreTests = {
  source: 'nightly',
  server: 'main',
  datname: '__proto__',
  running: undefined,
  last: { local: last },
  passed: { offsite: { backup: '20261120T021500Z', dataAt: AT - 1, finishedAt: AT } },
};

describe('what is remembered of restore tests', () => {
  test('is read as it was written, with times as people write them', () => {
    const all = [
      tests,
      { ...tests, last: {}, running: { location: 'local' as const, startedAt: AT, aliveAt: AT } },
    ];
    const text = encodeTests(all);
    expect(decodeTests(text)).toEqual(all);
    expect(text).toContain('"finishedAt": "2026-11-27T04:01:01.500Z"');
  });

  test.each([
    ['a file that was cut off', encodeTests([tests]).slice(0, -20), 'cut off'],
    ['an empty file', '', 'cut off'],
    ['another schema', encodeTests([tests]).replace('"schema": 1', '"schema": 2'), 'another pgvigil'],
    ['a result that nobody knows', encodeTests([tests]).replace('"failed"', '"fine"'), 'not one of'],
    ['a time that is none', encodeTests([tests]).replace('2026-11-27T04:00:00.000Z', 'soon'), 'no time'],
    ['a field that nobody knows', encodeTests([tests]).replace('"backup"', '"back"'), 'not known'],
  ])('is unreadable, never none: %s', (_, text, why) => {
    expect(() => decodeTests(text)).toThrow(TestsError);
    expect(() => decodeTests(text)).toThrow(why);
  });

  test('a test that runs leaves the last one as it is, until it has been silent', () => {
    const running = { location: 'offsite' as const, startedAt: AT, aliveAt: AT + 1000 };
    expect(lastTest({ ...tests, running }, AT + 1000)).toBe(last);
    expect(isTesting({ ...tests, running }, AT + 1000)).toBe(true);
    const later = AT + 600_000;
    expect(isTesting({ ...tests, running }, later)).toBe(false);
    const passed = { ...tests, last: { local: { ...last, result: 'passed' as const } } };
    expect(lastTest({ ...passed, running }, later)).toMatchObject({
      result: 'inconclusive',
      reason: 'interrupted',
      location: 'offsite',
      startedAt: AT,
    });
  });

  test('a copy that passed hides no other one that did not, in the places that are asked for', () => {
    const elsewhere: RestoreTest = { ...last, location: 'offsite', result: 'passed', reason: undefined };
    const both = { ...tests, last: { local: last, offsite: elsewhere } };
    expect(lastTest(both, AT)).toBe(last);
    expect(lastTest(both, AT, ['offsite'])).toBe(elsewhere);
    const unknown: RestoreTest = { ...last, result: 'inconclusive', reason: 'no_space' };
    expect(lastTest({ ...both, last: { ...both.last, local: unknown } }, AT)).toBe(unknown);
    expect(lastTest({ ...both, last: {} }, AT)).toBeUndefined();
  });
});
