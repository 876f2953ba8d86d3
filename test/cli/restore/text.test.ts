import { describe, expect, test } from 'vitest';
import { databasesOf, sourcesOf } from '../../../src/cli/restore/sources.ts';
import { testText } from '../../../src/cli/restore/text.ts';
import type { BackupSource } from '../../../src/model/backup-source.ts';
import type { RestoreTest } from '../../../src/model/restore-test.ts';

const AT = Date.UTC(2026, 10, 27, 4, 0, 0);
const passed: RestoreTest = {
  source: 'nightly',
  server: 'main',
  datname: 'simfab\u001b[2Jdev',
  location: 'local',
  backup: '20261127T021500Z',
  dataAt: AT - 6_300_000,
  startedAt: AT,
  finishedAt: AT + 62_000,
  result: 'passed',
  reason: undefined,
  detail: undefined,
  phases: { checksum: 0.71, archive: 2.6, restore: 58.9 },
  checks: { checksum: 'passed', archive: 'passed', restore: 'passed', rows: 'passed', sql: 'skipped' },
  restored: { bytes: 1_450_000_000, tables: 14, rows: 3_000_000 },
  mismatchedTables: 0,
  mismatches: [],
};

describe('a restore test as text', () => {
  test('says what was compared, how much, and how long each step took', () => {
    expect(testText(passed)).toBe(
      [
        'simfab\\u001b[2Jdev of main, by nightly (local): PASSED: it was restored, and is what was dumped',
        '  backup 20261127T021500Z, data of 2026-11-27T02:15:00.000Z',
        '  ok  the bytes are those that were written',
        '  ok  every byte can be decoded',
        '  ok  PostgreSQL takes all of it',
        '  ok  every table has its rows',
        '  --  your questions have their answers (not looked at)',
        '  restored 3000000 rows in 14 tables, 1450 MB',
        '  seconds: checksum 0.7, archive 2.6, restore 58.9',
        '',
      ].join('\n'),
    );
  });

  test('says why it failed, and which tables', () => {
    const text = testText({
      ...passed,
      result: 'failed',
      reason: 'content',
      detail: 'table app.orders has 0 rows, not 3',
      mismatchedTables: 9,
      mismatches: [{ schema: 'app', name: 'orders', what: 'rows', expectedRows: 3, foundRows: 0 }],
      checks: { ...passed.checks, rows: 'failed' },
    });
    expect(text).toContain('FAILED: this backup would not bring the data back');
    expect(text).toContain('  NO  every table has its rows');
    expect(text).toContain('and 4 more tables');
    expect(text).toContain('  content: table app.orders has 0 rows, not 3');
  });

  test('never lets what is not known look like a success', () => {
    const text = testText({
      ...passed,
      result: 'inconclusive',
      reason: 'no_space',
      backup: undefined,
      phases: {},
    });
    expect(text).toContain('INCONCLUSIVE: nothing is known of this backup');
    expect(text).not.toContain('PASSED');
  });
});

describe('which backups are tried', () => {
  const base = { server: 'main', databases: undefined, maxAgeMs: 1, location: 'local' as const };
  const own = (name: string, tested: boolean): BackupSource =>
    ({
      ...base,
      name,
      kind: 'pgvigil',
      directory: '/nowhere',
      restoreTest: tested ? {} : undefined,
    }) as never;
  const foreign = { ...base, name: 'rest', kind: 'restic' } as unknown as BackupSource;

  test('those with a restore test; without any all of pgvigil’s own; or the one that is named', () => {
    const names = (backups: readonly BackupSource[], name?: string) =>
      sourcesOf({ backups }, name).map((source) => source.name);
    expect(names([own('a', false), own('b', true), foreign])).toEqual(['b']);
    expect(names([own('a', false), foreign])).toEqual(['a']);
    expect(names([own('a', false), own('b', true)], 'a')).toEqual(['a']);
    expect(() => names([foreign], 'rest')).toThrow('does not restore');
    expect(() => names([own('a', true)], 'c')).toThrow('there is no source c');
    expect(() => names([foreign])).toThrow('no backups that can be restored');
  });

  test('the databases that are named, else those of the source, else those that are expected', () => {
    const [source] = sourcesOf({ backups: [own('a', true)] }, undefined);
    if (source === undefined) throw new Error('unreachable');
    const config = { servers: [{ name: 'main', databases: { expect: ['app'] } }] } as never;
    expect(databasesOf(source, config, ['x'])).toEqual(['x']);
    expect(databasesOf({ ...source, databases: ['y'] }, config, [])).toEqual(['y']);
    expect(databasesOf(source, config, [])).toEqual(['app']);
  });
});
