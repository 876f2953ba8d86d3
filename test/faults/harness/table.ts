import type { Outcome } from './run-fault.ts';

const MIB = 2 ** 20;

/** The table that is printed in the end: what was injected, what was seen, and what it cost. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const head = ['row', 'injected', 'seen', 'slowest scrape', 'held before → after', 'back in', 'verdict'];
  const rows = [head, ...[...outcomes].sort((a, b) => a.row - b.row).map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const bad = outcomes.filter(({ problems }) => problems.length > 0);
  const reasons = bad.flatMap(({ row, name, problems }) => [
    `${row} ${name}:`,
    ...problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`),
  ]);
  const passed = `${outcomes.length - bad.length} of ${outcomes.length} faults passed`;
  return [...lines.map((line) => line.trimEnd()), '', ...reasons, passed, ''].join('\n');
}

function cells({ row, name, seen, slowestMs, before, after, returnedMs, problems }: Outcome): string[] {
  return [
    String(row),
    name,
    seen,
    slowestMs === undefined ? '' : `${Math.round(slowestMs)} ms`,
    before && after
      ? [
          `${Math.round(before.rssBytes / MIB)} → ${Math.round(after.rssBytes / MIB)} MiB`,
          `${before.processes} → ${after.processes} processes`,
          `${before.descriptors} → ${after.descriptors} fds`,
          `${before.threads} → ${after.threads} threads`,
          `${before.backends} → ${after.backends} backends`,
        ].join(', ')
      : '',
    returnedMs === undefined ? '' : `${(returnedMs / 1000).toFixed(1)} s`,
    problems.length === 0 ? 'passed' : 'FAILED',
  ];
}
