import { mismatchText } from '../../guard/restore/compare.ts';
import type { Restored, RestorePlan } from '../../guard/restore/restore.ts';
import { printable, table } from '../table.ts';

/** Of the size of the database that was dumped. */
const ROOM = 1.05;
const NAMED_TABLES = 20;
const NAMED_MISMATCHES = 20;

/** What is going to be done, before anything is. */
export function planText(
  plan: RestorePlan,
  where: { readonly source: string; readonly target: string },
): string {
  const { dump, datname, target, owner, leftOut } = plan;
  const { manifest } = dump;
  const rows = manifest.tables.reduce((sum, one) => sum + one.rows, 0);
  const lines = [
    `The plan: bring ${manifest.datname} back as ${datname}, on ${where.target}`,
    `  backup   ${dump.id} by ${where.source}, of system identifier ${manifest.systemIdentifier}`,
    `  data of  ${new Date(manifest.snapshotAt).toISOString()}; whatever was written later is not in it`,
    `  holds    ${rows} rows in ${manifest.tables.length} tables; the database had ${megabytes(manifest.databaseBytes)} MB`,
    `  target   system identifier ${target.systemIdentifier ?? 'not readable'}${target.systemIdentifier === manifest.systemIdentifier ? ', the one that was dumped' : ', another cluster than the one that was dumped'}; ${datname} is ${target.database} there`,
    `  room     about ${Math.ceil((manifest.databaseBytes * ROOM) / 1_000_000)} MB are needed there for the data, and beside it for WAL (at worst as much again); nobody looks whether they are free`,
    `  steps    check the dump to its last byte; ${target.database === 'missing' ? `make a new database under another name, owned by ${owner ?? 'the role that restores'}` : 'fill the empty database'}; restore; count every table; ${target.database === 'missing' ? 'give it its name' : 'say what is there'}`,
    target.database === 'missing'
      ? '  failing  the new database is dropped again; where the count does not fit, it is kept under its other name'
      : '  failing  what had come until then stays in it: empty it before the next try',
    ...(leftOut.includes('owner') ? ['  without  owners and privileges (--no-owner)'] : []),
    ...(leftOut.includes('subscriptions') ? ['  without  subscriptions and tablespaces'] : []),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** What is there now, table by table, against what was dumped. */
export function restoredText(plan: RestorePlan, restored: Restored): string {
  const { comparison, seconds, tables, rows, datname, oid } = restored;
  const largest = plan.dump.manifest.tables.toSorted((a, b) => b.rows - a.rows).slice(0, NAMED_TABLES);
  const others = new Map(
    comparison.mismatches.map((one) => [JSON.stringify([one.schema, one.name]), one.foundRows]),
  );
  const listed = largest.map(({ schema, name, rows: expected }) => {
    const key = JSON.stringify([schema, name]);
    const found = others.has(key) ? (others.get(key) ?? 'none') : expected;
    return [`${schema}.${name}`, String(expected), String(found)];
  });
  const more = plan.dump.manifest.tables.length - largest.length;
  return [
    listed.length === 0 ? '' : table(['table', 'dumped', 'restored'], listed),
    more > 0 ? `and ${more} smaller tables\n` : '',
    `${datname}, oid ${oid}: ${rows} rows in ${tables} tables; seconds: check ${seconds.check.toFixed(1)}, restore ${seconds.restore.toFixed(1)}, compare ${seconds.compare.toFixed(1)}\n`,
    comparison.difference === undefined
      ? 'Every table is as it was when it was dumped.\n'
      : `It is NOT what was dumped: ${printable(comparison.difference)}\n`,
    ...comparison.mismatches.slice(0, NAMED_MISMATCHES).map((one) => `  ${printable(mismatchText(one))}\n`),
  ].join('');
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
