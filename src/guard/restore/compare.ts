import type { BackupManifest, TableContent } from '../../model/backup.ts';
import type { CheckResult, RestoreCheck, TableMismatch } from '../../model/restore-test.ts';
import type { Content } from '../content.ts';

/** What a comparison came to. */
export interface Comparison {
  readonly checks: Readonly<Partial<Record<RestoreCheck, CheckResult>>>;
  readonly mismatches: readonly TableMismatch[];
  /** What differs, in one sentence; `undefined`: nothing. */
  readonly difference: string | undefined;
}

/** There with every cluster: says nothing. */
const ALWAYS_THERE = ['plpgsql'];

/**
 * Whether what was restored is exactly what was dumped. `sameMajor`: the server is of the major version of the one that
 * was dumped; else rows as text and the outline may differ without a fault, and only what is countable is compared.
 */
export function compare(
  expected: Pick<BackupManifest, 'tables' | 'schemaSha256' | 'extensions' | 'migrations'>,
  found: Content,
  { sameMajor }: { readonly sameMajor: boolean },
): Comparison {
  const mismatches = compareTables(expected.tables, found.tables, sameMajor);
  const some = (...kinds: readonly TableMismatch['what'][]): boolean =>
    mismatches.some(({ what }) => kinds.includes(what));
  const hashable = sameMajor && expected.tables.some(({ hash }) => hash !== undefined);
  const lacking = expected.extensions.filter(
    (name) => !found.extensions.includes(name) && !ALWAYS_THERE.includes(name),
  );
  const checks = {
    rows: verdict(!some('missing', 'unexpected', 'rows')),
    hashes: hashable ? verdict(!some('content')) : 'skipped',
    schema:
      sameMajor && expected.schemaSha256 !== undefined
        ? verdict(expected.schemaSha256 === found.schemaSha256)
        : 'skipped',
    extensions: verdict(lacking.length === 0),
    migrations:
      expected.migrations === undefined
        ? 'skipped'
        : verdict(expected.migrations.latest === found.migrations?.latest),
  } as const;
  const differences = [
    ...mismatches.slice(0, 3).map(mismatchText),
    ...(mismatches.length > 3 ? [`${mismatches.length - 3} more tables differ`] : []),
    ...(checks.schema === 'failed' ? ['the outline of the schema differs'] : []),
    ...(lacking.length > 0 ? [`without extension ${lacking.join(', ')}`] : []),
    ...(checks.migrations === 'failed'
      ? [`the last migration is ${found.migrations?.latest ?? 'none'}, not ${expected.migrations?.latest}`]
      : []),
  ];
  return { checks, mismatches, difference: differences.length === 0 ? undefined : differences.join('; ') };
}

const verdict = (good: boolean): CheckResult => (good ? 'passed' : 'failed');

function compareTables(
  expected: readonly TableContent[],
  found: readonly TableContent[],
  sameMajor: boolean,
): readonly TableMismatch[] {
  const key = ({ schema, name }: TableContent): string => JSON.stringify([schema, name]);
  const there = new Map(found.map((table) => [key(table), table]));
  const wanted = new Set(expected.map(key));
  const differing = expected.flatMap((table): readonly TableMismatch[] => {
    const now = there.get(key(table));
    const { schema, name, rows } = table;
    if (now === undefined)
      return [{ schema, name, what: 'missing', expectedRows: rows, foundRows: undefined }];
    const counts = { schema, name, expectedRows: rows, foundRows: now.rows };
    if (now.rows !== rows) return [{ ...counts, what: 'rows' }];
    const hashes = sameMajor && table.hash !== undefined && now.hash !== undefined;
    return hashes && table.hash !== now.hash ? [{ ...counts, what: 'content' }] : [];
  });
  const unexpected = found
    .filter((table) => !wanted.has(key(table)))
    .map(({ schema, name, rows }): TableMismatch => {
      return { schema, name, what: 'unexpected', expectedRows: undefined, foundRows: rows };
    });
  return [...differing, ...unexpected];
}

/** One table that is not as it was, for a person. */
export function mismatchText({ schema, name, what, expectedRows, foundRows }: TableMismatch): string {
  const table = `table ${schema}.${name}`;
  switch (what) {
    case 'missing':
      return `${table} is missing (${expectedRows} rows)`;
    case 'unexpected':
      return `${table} was not in the database that was dumped`;
    case 'rows':
      return `${table} has ${foundRows} rows, not ${expectedRows}`;
    case 'content':
      return `${table} has ${foundRows} rows as it should, and not the same ones`;
  }
}
