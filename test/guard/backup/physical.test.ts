import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunContext } from '../../../src/guard/backup/job.ts';
import type { Kept } from '../../../src/guard/backup/kept.ts';
import { backupPhysical } from '../../../src/guard/backup/physical.ts';

const CLUSTER = '7711161441652576274';
const HUGE = 1e18;

/** A server of one database, as far as a copy of it looks before it begins. */
function attempt(databaseBytes: number, lastBytes: readonly number[], systemIdentifier = CLUSTER) {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-test-physical-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const run = {
    source: { directory, server: 'main', connection: { database: 'postgres' } },
    facts: { major: 15, version: '15.18', systemIdentifier: CLUSTER, databases: [{ bytes: databaseBytes }] },
    // The first thing that a copy with room asks for.
    tools: { major: 15, path: () => '/nowhere/pg_basebackup' },
    files: { env: () => ({}) },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    signal: new AbortController().signal,
    leftMs: () => 10_000,
  } as unknown as RunContext;
  const clusters = lastBytes.map((bytes, finishedAt) => ({
    manifest: { content: 'physical', systemIdentifier, finishedAt, bytes },
  }));
  return { directory, ended: backupPhysical(run, { clusters } as unknown as Kept) };
}

test.each<[string, number, readonly number[]]>([
  ['the databases', HUGE, []],
  ['the last copy', 1, [1, HUGE]],
])('a physical copy is not begun without room for %s (12)', async (_, bytes, last) => {
  const { directory, ended } = attempt(bytes, last);
  await expect(ended).rejects.toMatchObject({ exit: 12, result: 'skipped_space' });
  expect(readdirSync(directory)).toEqual([]);
});

test('older copies, and those of another cluster, ask for no room', async () => {
  await expect(attempt(1, [HUGE, 1]).ended).rejects.toMatchObject({ exit: 15 });
  await expect(attempt(1, [HUGE], '1').ended).rejects.toMatchObject({ exit: 15 });
});
