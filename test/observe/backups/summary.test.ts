import { describe, expect, test } from 'vitest';
import type { BackupCopy } from '../../../src/observe/backups/copy.ts';
import { summarise } from '../../../src/observe/backups/summary.ts';

const copy = (changes: Partial<BackupCopy> = {}): BackupCopy => ({
  datname: 'app',
  location: 'local',
  finishedAt: 1000,
  bytes: 100,
  systemIdentifier: '7711164505161400930',
  oid: '16384',
  verified: [],
  ...changes,
});
const summary = (...copies: BackupCopy[]) => summarise({ copies, incomplete: 2 });

describe('what is known of many backups', () => {
  test('is told by database and place, the newest of each apart', () => {
    const found = summary(
      copy({ finishedAt: 2000, bytes: 90 }),
      copy({ finishedAt: 3000, systemIdentifier: '7', oid: '5', bytes: 852 }),
      copy(),
      copy({ location: 'offsite' }),
      copy({ datname: '', finishedAt: 5000 }),
    );
    expect(found.incomplete).toBe(2);
    expect(found.series.map(({ datname, location, count }) => [datname, location, count])).toEqual([
      ['', 'local', 1],
      ['app', 'local', 3],
      ['app', 'offsite', 1],
    ]);
    expect(found.series[1]).toMatchObject({
      newest: { finishedAt: 3000, bytes: 852, systemIdentifier: '7', oid: '5' },
      oldestAt: 1000,
    });
    expect(summary()).toEqual({ series: [], incomplete: 2, unreadable: 0 });
  });

  test.each([
    [[100], undefined],
    [[100, 90], undefined],
    [[1, 90, 110], 110],
    [[1, 50, 60, 70], 60],
    [[1, 10, 10, 10, 20, 20, 20, 30, 999, 999], 20],
  ])('sizes %j from the newest on have %d as what is usual', (sizes, usual) => {
    const copies = sizes.map((bytes, index) => copy({ bytes, finishedAt: 9000 - index }));
    expect(summary(...copies).series[0]?.baselineBytes).toBe(usual);
  });

  test('a tool that tells no sizes has no usual one', () => {
    const copies = [1, 2, 3, 4].map((finishedAt) => copy({ finishedAt, bytes: undefined }));
    expect(summary(...copies).series[0]?.baselineBytes).toBeUndefined();
  });

  test('the newest that passed counts; a later failure takes it back, and what told nothing changes nothing', () => {
    const passed = { level: 'restore', result: 'passed', location: 'local' } as const;
    const { series } = summary(
      copy({ finishedAt: 4000, verified: [{ ...passed, at: 1, result: 'inconclusive' }] }),
      copy({
        finishedAt: 3000,
        verified: [
          { ...passed, at: 2, result: 'failed' },
          { ...passed, at: 1 },
        ],
      }),
      copy({
        finishedAt: 2000,
        verified: [
          { ...passed, at: 1 },
          { ...passed, at: 2, result: 'inconclusive' },
        ],
      }),
      copy({
        finishedAt: 1000,
        verified: [
          { ...passed, at: 1 },
          { ...passed, level: 'checksum', at: 1 },
        ],
      }),
    );
    expect(series[0]?.verified).toEqual({ restore: 2000, checksum: 1000 });
  });

  test('what a copy passed somewhere else says nothing of the one here', () => {
    const failed = { level: 'restore', at: 1, result: 'failed', location: 'local' } as const;
    const elsewhere = { ...failed, at: 2, result: 'passed', location: 'offsite' } as const;
    expect(summary(copy({ verified: [failed, elsewhere] })).series[0]?.verified).toEqual({});
    const passed = { ...failed, result: 'passed' } as const;
    const { series } = summary(copy({ verified: [passed, { ...elsewhere, result: 'failed' }] }));
    expect(series[0]?.verified).toEqual({ restore: 1000 });
  });

  test('a place that could not be looked at keeps what was seen there', () => {
    const before = summary(copy({ datname: '' }), copy({ datname: '', location: 'offsite' })).series;
    const copies = [copy({ datname: '', finishedAt: 2000 })];
    const times = (unknown: readonly ('local' | 'offsite')[]) =>
      summarise({ copies, incomplete: 0, unknown }, before).series.map(({ location, newest }) => [
        location,
        newest.finishedAt,
      ]);
    expect(times(['offsite'])).toEqual([
      ['local', 2000],
      ['offsite', 1000],
    ]);
    expect(times([])).toEqual([['local', 2000]]);
  });
});
