// @ts-check

/**
 * The parts of a JSON report of vitest that are counted.
 * @typedef {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} JsonReport
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** @type {Readonly<Record<string, keyof Counts>>} */
const COUNTED_AS = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
  disabled: 'skipped',
};

/**
 * Counts one run of vitest. A file that could not be loaded counts as one failure, and so does a run that failed
 * without a failed test: no report, an unhandled error, a crash.
 * @param {JsonReport | undefined} report
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countRun(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    for (const { status } of file.assertionResults) counts[COUNTED_AS[status] ?? 'failed'] += 1;
    const isBroken =
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed');
    if (isBroken) counts.failed += 1;
  }
  if (counts.failed === 0 && (exitCode !== 0 || report === undefined)) counts.failed = 1;
  return counts;
}

/**
 * The last line.
 * @param {Counts} counts
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * 0 only when something ran and nothing failed; in CI nothing may be skipped either.
 * @param {Counts} counts
 * @param {boolean} isCi
 */
export function exitCodeOf({ passed, failed, skipped }, isCi) {
  return passed > 0 && failed === 0 && !(isCi && skipped > 0) ? 0 : 1;
}
