import { describe, expect, test } from 'vitest';
import type { LastRun } from '../../../src/model/backup-run.ts';
import type { RestoreTests } from '../../../src/model/restore-test.ts';
import { ListingError } from '../../../src/observe/backups/copy.ts';
import type { BackupDisk } from '../../../src/observe/backups/disk.ts';
import { readWork } from '../../../src/observe/backups/memory.ts';
import { encodeRuns, NO_TOTALS } from '../../../src/observe/backups/own/runs.ts';
import { encodeTests } from '../../../src/observe/backups/own/tests.ts';
import { fileBackups, ownBackups, pgBackRestBackups } from '../../kit/backups.ts';

const AT = Date.UTC(2026, 10, 27, 2, 15, 0);
const NOW = AT + 3_600_000;
const STATE = '/var/lib/pgvigil';

const run = (changes: Partial<LastRun> = {}): LastRun => ({
  source: 'nightly',
  server: 'main',
  datname: 'app',
  runId: '1',
  startedAt: AT,
  finishedAt: AT + 20_000,
  result: 'success',
  resultBefore: undefined,
  exitCode: 0,
  message: undefined,
  phasesMs: { dump: 100 },
  bytes: 12,
  succeededAt: AT + 20_000,
  offsiteAt: undefined,
  held: [],
  pruned: 0,
  totals: { ...NO_TOTALS, success: 3 },
  ...changes,
});

const tested = (changes: Partial<RestoreTests> = {}): RestoreTests => ({
  source: 'nightly',
  server: 'main',
  datname: 'app',
  running: undefined,
  last: {},
  passed: {},
  ...changes,
});

/** Files by their paths; an error is one that the disk gives. */
const disk = (files: Readonly<Record<string, string | ListingError>>): BackupDisk => ({
  tree: async () => [],
  beginning: async (path) => {
    const found = files[path];
    if (found instanceof ListingError) throw found;
    return found === undefined ? undefined : Buffer.from(found);
  },
});
const RUNS = '/backups/main/.pgvigil-runs.json';
const SKIPPED = '/backups/main/.pgvigil-skipped.json';
const TESTS = '/backups/main/.pgvigil-restore-tests.json';

test('the last runs are those of this source, wherever they were written', async () => {
  const skipped = run({
    startedAt: AT + 1,
    result: 'skipped_locked',
    totals: { ...NO_TOTALS, skipped_locked: 1 },
  });
  const files = {
    [RUNS]: encodeRuns([run(), run({ source: 'weekly' })]),
    [SKIPPED]: encodeRuns([skipped]),
    [`${STATE}/backup-runs-main.json`]: encodeRuns([
      run({
        startedAt: AT + 2,
        result: 'failed',
        message: 'not mounted',
        totals: { ...NO_TOTALS, failed: 2 },
      }),
    ]),
  };
  const { runs } = await readWork(ownBackups(), disk(files), STATE, NOW);
  expect(runs).toMatchObject([
    {
      source: 'nightly',
      result: 'failed',
      message: 'not mounted',
      totals: { success: 3, skipped_locked: 1, failed: 2 },
    },
  ]);
});

test('restore tests are remembered beside the backups, or with what pgvigil remembers', async () => {
  const text = encodeTests([tested(), tested({ source: 'dumps' })]);
  const files = disk({ [TESTS]: text, [`${STATE}/.pgvigil-restore-tests.json`]: text });
  expect((await readWork(ownBackups(), files, STATE, NOW)).tests).toEqual([tested()]);
  expect((await readWork(fileBackups(), files, STATE, NOW)).tests).toEqual([tested({ source: 'dumps' })]);
  expect(await readWork(pgBackRestBackups(), files, STATE, NOW)).toEqual({ runs: [], tests: [] });
});

test('where nothing was written there was nothing', async () => {
  expect(await readWork(ownBackups(), disk({}), STATE, NOW)).toEqual({ runs: [], tests: [] });
});

test.each([
  ['is cut off', '{'],
  ['is on a disk that hangs', new ListingError('stuck', 'no answer')],
])('what %s is unknown, and not "nothing"', async (_, content) => {
  const { runs, tests } = await readWork(
    ownBackups(),
    disk({ [SKIPPED]: content, [TESTS]: content }),
    STATE,
    NOW,
  );
  expect([runs, tests]).toEqual([undefined, undefined]);
});

describe('a run that says it is under way', () => {
  const RUNNING = run({ result: 'running', finishedAt: undefined, exitCode: undefined });
  const HELD = [{ path: '.pgvigil.lock', bytes: 1, modifiedMs: NOW - 60_000, inode: '1' }];
  const look = async (tree: BackupDisk['tree'], texts: readonly string[] = [encodeRuns([RUNNING])]) => {
    const left = [...texts];
    const beginning: BackupDisk['beginning'] = async (path) =>
      path === RUNS ? Buffer.from((left.length > 1 ? left.shift() : left[0]) ?? '') : undefined;
    return (await readWork(ownBackups(), { tree, beginning }, STATE, NOW)).runs?.[0];
  };

  test('is, while it touches the lock, or nobody knows', async () => {
    expect(await look(async () => HELD)).toEqual(RUNNING);
    const stuck = () => Promise.reject(new ListingError('stuck', 'no answer'));
    expect(await look(stuck)).toEqual(RUNNING);
  });

  test.each([
    ['without a lock', []],
    ['with a lock that was not touched for long', HELD.map((one) => ({ ...one, modifiedMs: NOW - 700_000 }))],
  ])('%s was killed', async (_, files) => {
    expect(await look(async () => files)).toEqual({
      ...RUNNING,
      result: 'aborted',
      message: 'it ended without a word: its process was killed, or the machine went down',
    });
  });

  test.each([
    ['ended', run()],
    ['was followed by another', { ...RUNNING, runId: '2' }],
  ])('and %s while we looked was not killed', async (_, later) => {
    expect(
      await look(
        async () => [],
        [RUNNING, later].map((one) => encodeRuns([one])),
      ),
    ).toEqual(later);
  });
});
