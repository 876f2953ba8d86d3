import { describe, expect, test } from 'vitest';
import type { Dump } from '../../../src/guard/restore/prove.ts';
import { type TestJob, testRestore } from '../../../src/guard/restore/run.ts';
import { failed, inconclusive } from '../../../src/guard/restore/verdict.ts';

let now = 1_000;
const clock = { now: () => now, monotonic: () => now };
const job = (overrides: Partial<TestJob>): TestJob => ({
  source: 'nightly',
  server: 'main',
  datname: 'app',
  location: 'local',
  jobs: 1,
  sql: [],
  fetch: () => Promise.reject(inconclusive('no_backup', 'there is no backup')),
  openScratch: () => Promise.reject(new Error('unreachable')),
  ...overrides,
});
const deps = (overrides: Partial<Parameters<typeof testRestore>[1]> = {}) => ({
  clock,
  signal: new AbortController().signal,
  deadlineMs: 60_000,
  progress: () => {},
  ...overrides,
});

describe('a restore test that ends early', () => {
  test('without a backup is inconclusive', async () => {
    expect(await testRestore(job({}), deps())).toMatchObject({
      result: 'inconclusive',
      reason: 'no_backup',
      backup: undefined,
      checks: {},
    });
  });

  test('that was told to end before it began is inconclusive, whatever else was wrong', async () => {
    const stop = new AbortController();
    stop.abort();
    const fetch = () => Promise.reject(failed('manifest', 'broken'));
    expect(await testRestore(job({ fetch }), deps({ signal: stop.signal }))).toMatchObject({
      result: 'inconclusive',
      reason: 'interrupted',
    });
  });

  test('at its deadline is inconclusive, and what was fetched is removed', async () => {
    let released = 0;
    const dump: Dump = {
      id: 'x',
      path: '/nowhere',
      format: 'archive',
      manifest: undefined,
      dataAt: 5,
      tools: { version: '15.18', major: 15, directory: '/', path: () => '/nowhere' },
      release: async () => {
        released += 1;
      },
    };
    const fetch = async (): Promise<Dump> => {
      now += 120_000;
      return dump;
    };
    expect(await testRestore(job({ fetch }), deps())).toMatchObject({
      result: 'inconclusive',
      reason: 'deadline',
      backup: 'x',
      dataAt: 5,
      phases: { fetch: 120 },
      checks: { checksum: 'skipped' },
    });
    expect(released).toBe(1);
  });

  test('a bug is no result', async () => {
    await expect(
      testRestore(job({ fetch: () => Promise.reject(new TypeError('bug')) }), deps()),
    ).rejects.toThrow(TypeError);
  });
});
