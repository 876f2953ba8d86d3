import { describe, expect, test } from 'vitest';
import { restoreTestJobs } from '../../../src/guard/restore/jobs.ts';
import { manifestsIn, snapshotsIn } from '../../../src/guard/restore/offsite.ts';
import type { Config } from '../../../src/model/config.ts';

describe('restore tests by a schedule', () => {
  test('are those that have one', () => {
    const schedule = { cron: '0 4 * * *', timeZone: 'UTC' };
    const test = { schedule, deadlineMs: 60_000 };
    const backups = [
      { kind: 'pgvigil', name: 'nightly', databases: ['a', 'b', 'c'], restoreTest: test },
      { kind: 'files', name: 'theirs', restoreTest: { ...test, deadlineMs: 86_400_000 } },
      { kind: 'pgvigil', name: 'by hand', restoreTest: { ...test, schedule: undefined } },
      { kind: 'pgvigil', name: 'never', restoreTest: undefined },
      { kind: 'restic', name: 'away' },
    ];
    expect(restoreTestJobs({ backups } as unknown as Config)).toEqual([
      {
        name: 'restore-test nightly',
        schedule,
        args: ['restore-test', '--source', 'nightly', '--from', 'due'],
        // Of each database the copy here and the one somewhere else.
        deadlineMs: 6 * 60_000,
      },
      // Nobody knows how many there are.
      expect.objectContaining({ name: 'restore-test theirs', deadlineMs: 4 * 86_400_000 }),
    ]);
  });
});

describe('copies somewhere else', () => {
  test('are found among the snapshots of restic, with their cluster as text', () => {
    const at = '/var/backups/pgvigil/main/7711164505161400930/app.db/20261127T021500Z';
    const whole = {
      id: 'ab12',
      paths: [`${at}.dump`, `${at}.manifest.json`, `${at}.sha256`],
      tags: ['pgvigil', 'source=nightly', 'datname=app', 'cluster=7711164505161400930'],
    };
    const globals = { ...whole, paths: [`${at}.globals.sql`, `${at}.globals.manifest.json`] };
    expect(snapshotsIn(JSON.stringify([globals, whole, { id: 'cd' }]))).toEqual([
      {
        id: '20261127T021500Z',
        systemIdentifier: '7711164505161400930',
        manifest: `${at}.manifest.json`,
        data: `${at}.dump`,
        snapshot: 'ab12',
      },
    ]);
    expect(snapshotsIn('null')).toEqual([]);
    expect(() => snapshotsIn('Fatal: ')).toThrow('no JSON');
  });

  test('are found in the listing of rclone, of this database only', () => {
    const listing = [
      '7711164505161400930/app.db/20261127T021500Z.manifest.json',
      '7711164505161400930/app%2Dtoo.db/20261127T021500Z.manifest.json',
      '7711164505161400930/20261127T021500Z.globals.manifest.json',
      '',
    ].join('\n');
    expect(manifestsIn(listing, 'app', 'main')).toEqual([
      {
        id: '20261127T021500Z',
        systemIdentifier: '7711164505161400930',
        manifest: 'main/7711164505161400930/app.db/20261127T021500Z.manifest.json',
        data: 'main/7711164505161400930/app.db/20261127T021500Z.dump',
        snapshot: '',
      },
    ]);
  });
});
