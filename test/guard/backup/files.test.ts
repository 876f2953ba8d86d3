import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkDestination, checkSpace } from '../../../src/guard/backup/destination.ts';
import { BackupFailure } from '../../../src/guard/backup/failure.ts';
import { readKept } from '../../../src/guard/backup/kept.ts';
import { lockDirectory } from '../../../src/guard/backup/lock.ts';
import { pruneDumps } from '../../../src/guard/backup/prune.ts';
import {
  freeStamp,
  makeDirectories,
  measureFile,
  publish,
  removePartials,
  reserve,
} from '../../../src/guard/backup/publish.ts';
import { abortedRuns, begunRun, endedRun, openRuns } from '../../../src/guard/backup/runs-file.ts';
import type { BackupManifest } from '../../../src/model/backup.ts';
import type { LastRun } from '../../../src/model/backup-run.ts';
import {
  databaseDirectory,
  dumpNames,
  partialName,
  stampOf,
} from '../../../src/observe/backups/own/layout.ts';
import { encodeManifest } from '../../../src/observe/backups/own/manifest-codec.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const OF = { server: 'main', systemIdentifier: '7711161441652576274', datname: 'app' };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pgvigil-test-backup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function manifest(at: number, changes: Partial<BackupManifest> = {}): BackupManifest {
  return {
    schema: 1,
    tool: { name: 'pgvigil', version: '1' },
    source: 'nightly',
    ...OF,
    oid: '16384',
    serverVersion: '15.18',
    clientVersion: '15.18',
    startedAt: at,
    snapshotAt: at,
    finishedAt: at,
    databaseBytes: 1,
    files: [],
    tables: [],
    schemaSha256: undefined,
    extensions: [],
    roles: [],
    migrations: undefined,
    verified: [{ level: 'archive', at, result: 'passed', reason: undefined, location: 'local' }],
    ...changes,
  };
}

async function put(at: number, changes: Partial<BackupManifest> = {}): Promise<string> {
  const directory = databaseDirectory(root, { ...OF, ...changes });
  await makeDirectories(root, directory);
  const { names, stamp } = freeStamp(directory, at, dumpNames);
  const path = await reserve(directory, names.data);
  writeFileSync(path, 'PGDMP');
  const file = await measureFile(path, names.data);
  await publish(directory, names, {
    files: [file],
    manifest: encodeManifest(manifest(at, { ...changes, files: [file] })),
  });
  return stamp;
}

describe('a backup on the disk', () => {
  test('is three files that only we may read, with sums that sha256sum checks', async () => {
    const stamp = await put(Date.UTC(2026, 10, 27, 2, 15));
    const directory = databaseDirectory(root, OF);
    expect(readdirSync(directory).sort()).toEqual([
      `${stamp}.dump`,
      `${stamp}.manifest.json`,
      `${stamp}.sha256`,
    ]);
    execFileSync('sha256sum', ['--check', '--quiet', `${stamp}.sha256`], { cwd: directory });
    const modes = execFileSync('find', [root, '-type', 'f', '-perm', '/077'], { encoding: 'utf8' });
    expect(modes).toBe('');
    const kept = await readKept(root, 'main');
    expect(kept.dumps.map(({ manifest: { datname } }) => datname)).toEqual(['app']);
    expect([kept.unreadable, kept.incomplete]).toEqual([[], []]);
  });

  test('of the same second gets a later name, and replaces nothing', async () => {
    const at = Date.UTC(2026, 10, 27, 2, 15);
    expect([await put(at), await put(at)]).toEqual([stampOf(at), stampOf(at + 1000)]);
  });

  test('without its manifest is none, nor is a partial one; partial ones are swept', async () => {
    const stamp = await put(Date.UTC(2026, 10, 27));
    const directory = databaseDirectory(root, OF);
    rmSync(join(directory, `${stamp}.manifest.json`));
    writeFileSync(join(directory, partialName('x.dump')), '');
    const kept = await readKept(root, 'main');
    expect(kept.dumps).toEqual([]);
    expect(kept.incomplete).toEqual([join(directory, `${stamp}.dump`)]);
    await removePartials(directory);
    expect(readdirSync(directory)).not.toContain(partialName('x.dump'));
  });

  test.each(['checksums', 'manifest'] as const)('whose %s cannot be written is taken back', async (which) => {
    const directory = databaseDirectory(root, OF);
    await makeDirectories(root, directory);
    const { names } = freeStamp(directory, Date.UTC(2026, 10, 27), dumpNames);
    await reserve(directory, names.data);
    mkdirSync(join(directory, partialName(names[which])));
    await expect(publish(directory, names, { files: [], manifest: '{}' })).rejects.toMatchObject({
      exit: 17,
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('with a manifest that was cut off is unreadable, and not none', async () => {
    const stamp = await put(Date.UTC(2026, 10, 27));
    const path = join(databaseDirectory(root, OF), `${stamp}.manifest.json`);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100));
    expect((await readKept(root, 'main')).unreadable).toEqual([
      { path, why: 'it is no JSON, or was cut off' },
    ]);
  });

  test('that a link of somebody else points at is not counted twice', async () => {
    const stamp = await put(Date.UTC(2026, 10, 27));
    const directory = databaseDirectory(root, OF);
    symlinkSync(join(directory, `${stamp}.manifest.json`), join(directory, '20261128T000000Z.manifest.json'));
    symlinkSync(directory, join(directory, '..', 'latest.db'));
    expect((await readKept(root, 'main')).dumps).toHaveLength(1);
  });
});

describe('deleting', () => {
  const DAY_MS = 86_400_000;
  const START = Date.UTC(2026, 0, 1);
  const keep = { daily: 2, weekly: 0, monthly: 0, atLeast: 1, ignoreTables: [], hold: false };

  test('takes all three files of what may go, of this database alone', async () => {
    for (const day of [0, 1, 2, 3]) await put(START + day * DAY_MS);
    for (const day of [0, 1, 2, 3]) await put(START + day * DAY_MS, { datname: 'app-staging' });
    const kept = await readKept(root, 'main');
    const pruned = await pruneDumps(kept, 'app', { keep, now: START + 4 * DAY_MS, identityDoubted: false });
    expect(pruned.removed).toHaveLength(2);
    expect(readdirSync(databaseDirectory(root, OF))).toHaveLength(6);
    expect(readdirSync(databaseDirectory(root, { ...OF, datname: 'app-staging' }))).toHaveLength(12);
  });

  test('one manifest that cannot be read holds all', async () => {
    for (const day of [0, 1, 2, 3]) await put(START + day * DAY_MS);
    writeFileSync(join(databaseDirectory(root, OF), `${stampOf(START)}.manifest.json`), '{');
    const kept = await readKept(root, 'main');
    const pruned = await pruneDumps(kept, 'app', { keep, now: START + 4 * DAY_MS, identityDoubted: false });
    expect(pruned).toEqual({ held: ['unreadable_manifest'], removed: [] });
  });
});

describe('the lock of a directory', () => {
  const path = () => join(root, '.pgvigil.lock');
  const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

  test('is had by one', () => {
    const lock = lockDirectory(root, clock);
    writeFileSync(path(), readFileSync(path(), 'utf8').replace(/"pid":\d+/, `"pid":${process.ppid}`));
    expect(() => lockDirectory(root, clock)).toThrow('another run works in');
    lock.release();
    expect(existsSync(path()), 'it is not ours any more').toBe(true);
  });

  test('is given back', () => {
    lockDirectory(root, clock).release();
    expect(existsSync(path())).toBe(false);
    lockDirectory(root, clock).release();
  });

  test('of a process that is gone, or of another boot, is taken over', () => {
    const { pid } = spawnSync('true');
    for (const found of [
      { pid, boot: boot(), host: hostname(), pidNamespace: readlinkSync('/proc/self/ns/pid') },
      { pid: process.ppid, boot: 'another', host: hostname() },
    ]) {
      writeFileSync(path(), JSON.stringify(found));
      lockDirectory(root, clock).release();
    }
  });

  const { pid: gone } = spawnSync('true');
  test.each([
    ['machine', { pid: 1, boot: 'b', host: 'elsewhere' }],
    ['container of this name', { pid: gone, boot: boot(), host: hostname(), pidNamespace: 'pid:[1]' }],
  ])('of another %s counts until it was silent for long', (_, found) => {
    writeFileSync(path(), JSON.stringify(found));
    expect(() => lockDirectory(root, clock)).toThrow(BackupFailure);
    const before = new Date(Date.now() - 700_000);
    utimesSync(path(), before, before);
    lockDirectory(root, clock).release();
  });

  test('that is just being written counts', () => {
    writeFileSync(path(), '{"pid"');
    expect(() => lockDirectory(root, clock)).toThrow(BackupFailure);
  });
});

describe('a destination', () => {
  const check = (directory: string, requireMount: 'always' | 'never' | 'in_container' = 'never') =>
    checkDestination({ directory, requireMount });

  test('has to be there, and is not made', async () => {
    const directory = join(root, 'none');
    await expect(check(directory)).rejects.toMatchObject({
      exit: 17,
      message: expect.stringContaining('is not there'),
    });
    expect(existsSync(directory)).toBe(false);
  });

  test('is not in a data directory', async () => {
    mkdirSync(join(root, 'data', 'backups'), { recursive: true });
    writeFileSync(join(root, 'data', 'PG_VERSION'), '15\n');
    await expect(check(join(root, 'data', 'backups'))).rejects.toThrow('lies in the data directory');
  });

  test('is right where everything is', async () => {
    await check(root);
  });

  test('has room for one and a half times the last dump', async () => {
    await checkSpace(root, { dumpBytes: 1, databaseBytes: 1e18 });
    const failing = expect.objectContaining({ exit: 12, result: 'skipped_space' });
    await expect(checkSpace(root, { dumpBytes: 1e18, databaseBytes: 0 })).rejects.toEqual(failing);
    await expect(checkSpace(root, { dumpBytes: undefined, databaseBytes: 1e18 })).rejects.toEqual(failing);
  });
});

describe('the runs that are written down', () => {
  const of = { source: 'nightly', server: 'main', datname: 'app' };

  test('of a process that was killed are aborted, and counted', async () => {
    const book = await openRuns(root, 'runs');
    await book.write([begunRun({ ...of, runId: 'a', startedAt: 1000 }, undefined)]);
    const next = await openRuns(root, 'runs');
    expect(next.previous(of)?.result).toBe('running');
    await next.write(abortedRuns(next.all(), 'nightly', 2000));
    const [run] = (await openRuns(root, 'runs')).all();
    expect(run).toMatchObject({ result: 'aborted', finishedAt: 2000, succeededAt: undefined });
    expect(run?.totals.aborted).toBe(1);
    expect(abortedRuns(next.all(), 'nightly', 3000)).toEqual([]);
  });

  test('know while they run how the one before ended, whatever became of those between', async () => {
    const begin = (previous: LastRun | undefined) =>
      begunRun({ ...of, runId: 'a', startedAt: 1000 }, previous);
    const first = begin(undefined);
    expect(first.resultBefore).toBeUndefined();
    expect(begin(first).resultBefore).toBeUndefined();
    const second = begin(endedRun(first, { result: 'failed', finishedAt: 2000 }));
    expect([second.resultBefore, begin(second).resultBefore]).toEqual(['failed', 'failed']);
  });

  test('that cannot be read begin anew', async () => {
    writeFileSync(join(root, '.pgvigil-runs.json'), '{');
    expect((await openRuns(root, 'runs')).all()).toEqual([]);
  });
});
