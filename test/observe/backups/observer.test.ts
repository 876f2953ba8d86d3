import { afterEach, describe, expect, test } from 'vitest';
import type { BackupSource } from '../../../src/model/backup-source.ts';
import { ListingError } from '../../../src/observe/backups/copy.ts';
import { createBackupObserver } from '../../../src/observe/backups/observer.ts';
import type { TreeFile } from '../../../src/observe/backups/tree.ts';
import type { Observer } from '../../../src/observe/observer.ts';
import { fileBackups, ownBackups, pgBackRestBackups } from '../../kit/backups.ts';
import { realClock } from '../../kit/clock.ts';
import { listLog } from '../../kit/list-log.ts';
import { waitFor } from '../../kit/wait.ts';

const running: Observer<unknown>[] = [];
afterEach(async () => {
  for (const observer of running.splice(0)) await observer.stop();
});

/** An observer of one source, on a disk and with a program that are made up. */
function observe(source: BackupSource, intervalMs = 20) {
  const state = {
    files: [] as readonly TreeFile[],
    failure: undefined as ListingError | undefined,
    looks: 0,
    answer: '[{"name": "main", "status": {"code": 2, "message": "no valid backups"}}]',
    signal: undefined as AbortSignal | undefined,
  };
  const log = listLog();
  const observer = createBackupObserver(
    source,
    { intervalMs, stateDirectory: '/var/lib/pgvigil' },
    {
      clock: realClock,
      log,
      changed: () => {},
      backupDisk: () => ({
        tree: async () => {
          state.looks += 1;
          if (state.failure) throw state.failure;
          return state.files;
        },
        beginning: async (path) => {
          if (state.failure) throw state.failure;
          return path.includes('pgvigil') ? undefined : Buffer.from('PGDMP');
        },
      }),
      runCommand: async (_, { signal }) => {
        state.looks += 1;
        state.signal = signal;
        if (state.failure) throw state.failure;
        return state.answer;
      },
      datnamesOf: () => [],
    },
  );
  running.push(observer);
  observer.start();
  return { state, observer, log };
}

const seen = (observer: ReturnType<typeof observe>['observer'], is: boolean) =>
  waitFor('a look', 10_000, () =>
    observer.view().backups?.observation.seen === is ? observer.view() : undefined,
  );

describe('an observer of backups', () => {
  test('knows nothing before its first look, but where it will look', () => {
    const { observer } = observe(ownBackups());
    expect(observer.view()).toEqual({
      directory: '/backups',
      backups: undefined,
      runs: undefined,
      tests: undefined,
    });
    expect(observe(fileBackups()).observer.view().directory).toBe('/srv/dumps');
    expect(observe(pgBackRestBackups()).observer.view().directory).toBeUndefined();
  });

  test('keeps what it saw while it cannot look, forgets runs and tests, and says each once', async () => {
    const { observer, state, log } = observe(ownBackups());
    expect((await seen(observer, true)).runs).toEqual([]);
    state.failure = new ListingError('stuck', 'the disk has not answered yet');
    const blind = await seen(observer, false);
    expect(blind.backups).toMatchObject({
      observation: { reason: 'stuck', detail: 'the disk has not answered yet' },
      lastSeen: { facts: { series: [] } },
    });
    expect([blind.runs, blind.tests]).toEqual([undefined, undefined]);
    const looks = state.looks;
    await waitFor('more looks', 10_000, () => state.looks > looks + 3 || undefined);
    state.failure = undefined;
    await seen(observer, true);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'backups cannot be read',
      'backups can be read again',
    ]);
  });

  test('asks another program seldom, however short the interval is', async () => {
    const { observer, state } = observe(pgBackRestBackups());
    await seen(observer, true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(state.looks).toBe(1);
  });

  test('keeps what it saw in a repository that cannot be read, while another one can', async () => {
    const { observer, state } = observe(
      pgBackRestBackups({ offsiteRepositories: { keys: [2], maxAgeMs: 1 } }),
    );
    const backup = (key: number, stop: number) => ({
      database: { id: 1, 'repo-key': key },
      timestamp: { stop },
      info: { size: 1 },
    });
    const info = (codes: readonly [number, number], ...backups: unknown[]) =>
      JSON.stringify([
        {
          name: 'main',
          status: { code: 4, message: 'different across repos' },
          repo: codes.map((code, index) => ({ key: index + 1, status: { code } })),
          backup: backups,
        },
      ]);
    state.answer = info([0, 0], backup(1, 10), backup(2, 10));
    await seen(observer, true);
    state.answer = info([0, 99], backup(1, 20));
    const looks = state.looks;
    observer.lookAgain?.();
    const found = await waitFor('another look', 10_000, () =>
      state.looks > looks && observer.view().backups?.lastSeen?.facts.series[0]?.newest.finishedAt === 20_000
        ? observer.view().backups
        : undefined,
    );
    expect(
      found?.lastSeen?.facts.series.map(({ location, newest }) => [location, newest.finishedAt]),
    ).toEqual([
      ['local', 20_000],
      ['offsite', 10_000],
    ]);
  });

  test('ends the program that it asks when it is stopped', async () => {
    const { observer, state } = observe(pgBackRestBackups());
    await seen(observer, true);
    expect(state.signal?.aborted).toBe(false);
    await observer.stop();
    expect(state.signal?.aborted).toBe(true);
  });
});
