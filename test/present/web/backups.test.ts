import { expect, test } from 'vitest';
import { backupsSection } from '../../../src/present/web/page/backups.ts';
import { concernsOf } from '../../../src/present/web/page/concerns.ts';
import { backup, backupSource, fullReport, REPORT_AT, wellReport } from '../../fixtures/report.ts';

const HOUR = 3_600_000;
const [place] = backup({}).places;
if (place === undefined) throw new Error('the fixture has a place');
const run = backup({}).run;

/** The section as text, without its tags. */
const textOf = (...backups: Parameters<typeof backupSource>[0][]): string =>
  (backupsSection(wellReport({ backups: backups.map(backupSource) }), REPORT_AT)?.html ?? '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

test('there is no section where no source is configured', () => {
  expect(backupsSection(wellReport({ backups: [] }), REPORT_AT)).toBeUndefined();
});

test.each([
  ['a good one', {}, 'young enough 57 min ago'],
  ['none', { databases: [backup({ places: [{ ...place, newestAt: undefined }] })] }, 'none is known –'],
  [
    'an old one',
    { databases: [backup({ places: [{ ...place, newestAt: REPORT_AT - 30 * HOUR }] })] },
    'too old 30 h ago',
  ],
  ['one of another database', { databases: [backup({ identityMatch: false })] }, 'of another database'],
  ['a small one', { databases: [backup({ places: [{ ...place, bytes: 1000 }] })] }, 'much smaller'],
  ['one that cannot be seen now', { up: false, detail: 'cannot look: stuck' }, 'cannot look: stuck'],
  [
    'what counts as none',
    { incomplete: 1, unreadable: 2 },
    'counted as none: 1 incomplete, 2 records that cannot be read',
  ],
  [
    'a run that failed',
    {
      databases: [
        backup({ run: run && { ...run, result: 'failed', message: 'pg_dump ended with exit code 1' } }),
      ],
    },
    'last attempt: pg_dump ended with exit code 1',
  ],
  [
    'a run that was skipped',
    { databases: [backup({ run: run && { ...run, result: 'skipped_space' } })] },
    'last attempt: skipped space',
  ],
] as const)('%s is told', (_, source, words) => {
  expect(textOf(source as Parameters<typeof backupSource>[0])).toContain(words);
});

test('a bad night is told with all its reasons, and names stay text', () => {
  const html = backupsSection(fullReport(), REPORT_AT)?.html ?? '';
  expect(html).toContain('restore test failed: public.orders has 1204 rows and should have 1205');
  expect(html).toContain('nothing is deleted: identity changed, size halved');
  expect(html).toContain('archive &quot;old&quot;');
  expect(html).toContain('whole server');
});

test('a run of the server as a whole that failed is told beside the databases', () => {
  const whole = run && {
    ...run,
    datname: undefined,
    result: 'failed' as const,
    message: 'pg_dumpall failed',
  };
  const text = textOf({ databases: [backup({ datname: '', places: [], run: whole }), backup({})] });
  expect(text).toContain('whole server: last attempt: pg_dumpall failed');
});

test('of a second copy that failed its test, it is told that it is that one', () => {
  const { test: tried } = fullReport().backups[0]?.databases.find(({ test }) => test.last) ?? backup({});
  if (tried.last === undefined) throw new Error('the fixture has a test that failed');
  const offsite = { ...tried, last: { ...tried.last, location: 'offsite' as const } };
  expect(textOf({ databases: [backup({ test: offsite })] })).toContain(
    'restore test of the offsite copy failed: public.orders',
  );
});

test('more than a hundred rows are counted, not shown', () => {
  const databases = Array.from({ length: 103 }, (_, index) => backup({ datname: `tenant_${index}` }));
  expect(textOf({ databases })).toContain('And 3 more, in the report .');
});

test('what is not well is among the first lines of the page, and what was not looked at is not', () => {
  const concerns = (source: Parameters<typeof backupSource>[0]) =>
    concernsOf(wellReport({ backups: [backupSource(source)] }), 0).map(({ text }) => text);
  expect(concerns({})).toEqual([]);
  expect(
    concerns({ up: undefined, databases: [backup({ places: [{ ...place, newestAt: undefined }] })] }),
  ).toEqual([]);
  expect(concerns({ up: false })).toEqual(['The backups of main by nightly cannot be read']);
  expect(concerns({ databases: [backup({ places: [{ ...place, newestAt: undefined }] })] })).toEqual([
    'Backup of simfab_dev of main by nightly, local: none is known',
  ]);
  const old = backup({ datname: '', places: [{ ...place, newestAt: REPORT_AT - 30 * HOUR }] });
  expect(concerns({ databases: [old] })).toEqual(['Backup of main by nightly, local: too old']);
});
