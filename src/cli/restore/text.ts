import { mismatchText } from '../../guard/restore/compare.ts';
import {
  RESTORE_CHECKS,
  RESTORE_PHASES,
  type RestoreCheck,
  type RestorePhase,
  type RestoreTest,
} from '../../model/restore-test.ts';
import { printable } from '../table.ts';

/** What is being done, while it is. */
export const PHASE_WORDS = {
  fetch: 'looking for the backup',
  checksum: 'reading its bytes',
  archive: 'decoding it to the end',
  prepare: 'starting a scratch server',
  restore: 'restoring it',
  compare: 'comparing what was restored',
  sql: 'asking your questions',
} as const satisfies Record<RestorePhase, string>;

const CHECK_WORDS = {
  checksum: 'the bytes are those that were written',
  archive: 'every byte can be decoded',
  restore: 'PostgreSQL takes all of it',
  rows: 'every table has its rows',
  hashes: 'the rows are the same ones',
  schema: 'the schema is the same',
  extensions: 'all extensions are there',
  migrations: 'the last migration is the same',
  sql: 'your questions have their answers',
} as const satisfies Record<RestoreCheck, string>;

const MARKS = { passed: 'ok', failed: 'NO', skipped: '--' } as const;
const NAMED_MISMATCHES = 5;

/** A restore test as text for a terminal. */
export function testText(test: RestoreTest): string {
  const { source, server, datname, location, backup, result, restored } = test;
  const lines = [
    `${datname || 'every database'} of ${server}, by ${source} (${location}): ${headline(test)}`,
    ...(backup === undefined
      ? []
      : [`  backup ${backup}${test.dataAt === undefined ? '' : `, data of ${isoOf(test.dataAt)}`}`]),
    ...RESTORE_CHECKS.flatMap((check) => {
      const found = test.checks[check];
      return found === undefined
        ? []
        : [`  ${MARKS[found]}  ${CHECK_WORDS[check]}${found === 'skipped' ? ' (not looked at)' : ''}`];
    }),
    ...test.mismatches.slice(0, NAMED_MISMATCHES).map((one) => `      ${mismatchText(one)}`),
    ...(test.mismatchedTables > NAMED_MISMATCHES
      ? [`      and ${test.mismatchedTables - NAMED_MISMATCHES} more tables`]
      : []),
    ...(restored === undefined
      ? []
      : [`  restored ${restored.rows} rows in ${restored.tables} tables, ${megabytes(restored.bytes)} MB`]),
    `  seconds: ${phasesText(test)}`,
    ...(result === 'passed' || test.detail === undefined ? [] : [`  ${test.reason}: ${test.detail}`]),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function headline({ result }: RestoreTest): string {
  if (result === 'passed') return 'PASSED: it was restored, and is what was dumped';
  if (result === 'failed') return 'FAILED: this backup would not bring the data back';
  return 'INCONCLUSIVE: nothing is known of this backup';
}

function phasesText({ phases }: RestoreTest): string {
  const named = RESTORE_PHASES.flatMap((phase) =>
    phases[phase] === undefined ? [] : [`${phase} ${phases[phase].toFixed(1)}`],
  );
  return named.length === 0 ? 'none' : named.join(', ');
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
const isoOf = (at: number): string => new Date(at).toISOString();
