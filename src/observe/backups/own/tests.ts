import { BACKUP_LOCATIONS } from '../../../model/backup.ts';
import {
  list,
  number,
  oneOf,
  optional,
  type Reader,
  record,
  StructureError,
  text,
} from '../../../model/readers.ts';
import {
  FAILED_REASONS,
  INCONCLUSIVE_REASONS,
  RESTORE_CHECKS,
  RESTORE_PHASES,
  RESTORE_RESULTS,
  type RestoreTest,
  type RestoreTests,
} from '../../../model/restore-test.ts';
import type { Instant } from '../../../model/time.ts';

/** Beside the backups of a source: what is remembered of their restore tests. */
export const TESTS_FILE = '.pgvigil-restore-tests.json';

/** It is there and cannot be used; never the same as no tests. */
export class TestsError extends Error {
  override readonly name = 'TestsError';
}

/** Readable by people; times as people write them. */
export function encodeTests(tests: readonly RestoreTests[]): string {
  const written = { schema: SCHEMA, tests };
  const times = (key: string, value: unknown): unknown =>
    key.endsWith('At') && typeof value === 'number' ? new Date(value).toISOString() : value;
  return `${JSON.stringify(written, times, 2)}\n`;
}

/** Throws a `TestsError` for everything that is not whole. */
export function decodeTests(source: string): readonly RestoreTests[] {
  try {
    return readTests(JSON.parse(source), '').tests;
  } catch (error) {
    if (error instanceof SyntaxError) throw new TestsError('it is no JSON, or was cut off');
    if (error instanceof StructureError) throw new TestsError(error.message);
    throw error;
  }
}

const SCHEMA = 1;
const LOCATION = oneOf(...BACKUP_LOCATIONS);

const schema: Reader<number> = (value, path) => {
  if (value !== SCHEMA) throw new StructureError(`${path} is not ${SCHEMA}: another pgvigil wrote it`);
  return SCHEMA;
};
const time: Reader<Instant> = (value, path) => {
  const at = Date.parse(text(value, path));
  if (!Number.isFinite(at)) throw new StructureError(`${path} is no time`);
  return at;
};

/** An object with some of these names. */
function some<K extends string, T>(
  names: readonly K[],
  read: Reader<T>,
): Reader<Readonly<Partial<Record<K, T>>>> {
  const whole = record(
    Object.fromEntries(names.map((name) => [name, optional(read)])) as Record<K, Reader<T | undefined>>,
  );
  return (value, path) =>
    Object.fromEntries(Object.entries(whole(value, path)).filter(([, one]) => one !== undefined)) as Partial<
      Record<K, T>
    >;
}

const readTest = record<RestoreTest>({
  source: text,
  server: text,
  datname: text,
  location: LOCATION,
  backup: optional(text),
  dataAt: optional(time),
  startedAt: time,
  finishedAt: time,
  result: oneOf(...RESTORE_RESULTS),
  reason: optional(oneOf(...FAILED_REASONS, ...INCONCLUSIVE_REASONS)),
  detail: optional(text),
  phases: some(RESTORE_PHASES, number),
  checks: some(RESTORE_CHECKS, oneOf('passed', 'failed', 'skipped')),
  restored: optional(record({ bytes: number, tables: number, rows: number })),
  mismatchedTables: number,
  mismatches: list(
    record({
      schema: text,
      name: text,
      what: oneOf('missing', 'unexpected', 'rows', 'content'),
      expectedRows: optional(number),
      foundRows: optional(number),
    }),
  ),
});

const readTests = record<{ readonly schema: number; readonly tests: readonly RestoreTests[] }>({
  schema,
  tests: list(
    record<RestoreTests>({
      source: text,
      server: text,
      datname: text,
      running: optional(record({ location: LOCATION, startedAt: time, aliveAt: time })),
      last: some(BACKUP_LOCATIONS, readTest),
      passed: some(BACKUP_LOCATIONS, record({ backup: text, dataAt: time, finishedAt: time })),
    }),
  ),
});
