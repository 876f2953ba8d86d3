import { describe, expect, test } from 'vitest';
import { countRun, exitCodeOf, summaryLine } from '../../scripts/summary.js';

const file = (status: string, ...statuses: readonly string[]) => ({
  status,
  assertionResults: statuses.map((one) => ({ status: one })),
});

describe('the last line', () => {
  test.each([
    { name: 'no report', report: undefined, exitCode: 0, counts: [0, 1, 0] },
    { name: 'a crash without a report', report: undefined, exitCode: 1, counts: [0, 1, 0] },
    { name: 'nothing matched', report: { testResults: [] }, exitCode: 0, counts: [0, 0, 0] },
    {
      name: 'all kinds',
      report: {
        testResults: [file('failed', 'passed', 'failed', 'pending', 'todo'), file('passed', 'passed')],
      },
      exitCode: 1,
      counts: [2, 1, 2],
    },
    {
      name: 'a file that could not be loaded',
      report: { testResults: [file('failed'), file('passed', 'passed')] },
      exitCode: 1,
      counts: [1, 1, 0],
    },
    {
      name: 'a failed hook',
      report: { testResults: [file('failed', 'skipped', 'skipped')] },
      exitCode: 1,
      counts: [0, 1, 2],
    },
    {
      name: 'an unhandled error beside passed tests',
      report: { testResults: [file('passed', 'passed')] },
      exitCode: 1,
      counts: [1, 1, 0],
    },
    {
      name: 'a status nobody knows',
      report: { testResults: [file('passed', 'exploded')] },
      exitCode: 0,
      counts: [0, 1, 0],
    },
  ])('$name', ({ report, exitCode, counts: [passed, failed, skipped] }) => {
    expect(countRun(report, exitCode)).toEqual({ passed, failed, skipped });
  });

  test('is plain', () => {
    expect(summaryLine({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped');
  });

  test.each([
    { counts: [3, 0, 0], isCi: true, code: 0 },
    { counts: [3, 0, 1], isCi: false, code: 0 },
    { counts: [3, 0, 1], isCi: true, code: 1 },
    { counts: [3, 1, 0], isCi: false, code: 1 },
    { counts: [0, 0, 0], isCi: false, code: 1 },
    { counts: [0, 0, 5], isCi: false, code: 1 },
  ])('$counts in CI: $isCi gives $code', ({ counts: [passed = 0, failed = 0, skipped = 0], isCi, code }) => {
    expect(exitCodeOf({ passed, failed, skipped }, isCi)).toBe(code);
  });
});
