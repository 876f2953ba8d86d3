import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestMemory, type TestMemory } from '../../../src/guard/restore/memory.ts';
import { recordVerification } from '../../../src/guard/restore/verification.ts';
import { lastTest, type RestoreTest } from '../../../src/model/restore-test.ts';
import { decodeManifest, encodeManifest } from '../../../src/observe/backups/own/manifest-codec.ts';
import { decodeTests, TESTS_FILE } from '../../../src/observe/backups/own/tests.ts';
import { manifestOf } from '../../kit/manifests.ts';

const KEY = { source: 'nightly', server: 'main', datname: 'simfab_dev' };
let now = Date.UTC(2026, 10, 27, 4, 0, 0);
const clock = { now: () => now, monotonic: () => now };

const testOf = (overrides: Partial<RestoreTest>): RestoreTest => ({
  ...KEY,
  location: 'local',
  backup: '20261127T021500Z',
  dataAt: now - 1000,
  startedAt: now,
  finishedAt: now,
  result: 'passed',
  reason: undefined,
  detail: undefined,
  phases: {},
  checks: {},
  restored: undefined,
  mismatchedTables: 0,
  mismatches: [],
  ...overrides,
});

describe('the memory of restore tests', () => {
  let directory: string;
  let memory: TestMemory;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pgvigil-tests-'));
    memory = createTestMemory(directory, clock);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const stored = () => decodeTests(readFileSync(join(directory, TESTS_FILE), 'utf8'));

  test('a test that died is inconclusive, and the proof before it stays what it was', () => {
    memory.begin(KEY, 'local');
    memory.end(testOf({}));
    memory.begin(KEY, 'offsite');
    now += 30_000;
    memory.alive(KEY);
    const [tests] = stored();
    expect(tests && lastTest(tests, now)).toMatchObject({ result: 'passed' });
    now += 600_000;
    expect(tests && lastTest(tests, now)).toMatchObject({ result: 'inconclusive', reason: 'interrupted' });
    expect(tests?.passed.local).toMatchObject({ backup: '20261127T021500Z' });
  });

  test('one at a time; one that has been silent is in nobody’s way', () => {
    memory.begin(KEY, 'local');
    expect(() => memory.begin(KEY, 'local')).toThrow('another restore test');
    memory.begin({ ...KEY, datname: 'other' }, 'local');
    now += 600_000;
    memory.begin(KEY, 'local');
  });

  test('only what passed counts as passed, and an older backup does not replace a newer one', () => {
    memory.end(testOf({ dataAt: 2_000, backup: 'new' }));
    memory.end(testOf({ dataAt: 1_000, backup: 'old', finishedAt: now + 5 }));
    memory.end(testOf({ dataAt: 3_000, backup: 'bad', result: 'failed', reason: 'content' }));
    memory.end(testOf({ dataAt: 4_000, backup: 'unknown', result: 'inconclusive', reason: 'no_space' }));
    const [tests] = stored();
    expect(tests?.passed).toEqual({ local: { backup: 'new', dataAt: 2_000, finishedAt: now + 5 } });
    expect(tests?.last.local).toMatchObject({ backup: 'unknown', result: 'inconclusive' });
  });

  test('a copy from somewhere else that passes does not hide that the one here failed', () => {
    memory.end(testOf({ result: 'failed', reason: 'content' }));
    memory.end(testOf({ location: 'offsite' }));
    const [tests] = stored();
    expect(tests && lastTest(tests, now)).toMatchObject({ location: 'local', result: 'failed' });
    memory.end(testOf({}));
    const [after] = stored();
    expect(after && lastTest(after, now)).toMatchObject({ result: 'passed' });
  });

  test('what cannot be read is put aside for a person', () => {
    writeFileSync(join(directory, TESTS_FILE), '{"schema": 1, "tes');
    memory.end(testOf({}));
    expect(stored()).toHaveLength(1);
    const aside = readdirSync(directory).filter((name) => name.includes('corrupt'));
    expect(aside).toHaveLength(1);
  });

  test('a proof is written into the manifest: the last of each level and place', async () => {
    const manifestName = '20261127T021500Z.manifest.json';
    writeFileSync(join(directory, manifestName), encodeManifest(manifestOf()));
    const proof = { level: 'restore', at: now, reason: undefined, location: 'local' } as const;
    await recordVerification({ directory, manifestName }, { ...proof, result: 'failed' });
    await recordVerification(
      { directory, manifestName },
      { ...proof, result: 'passed', location: 'offsite' },
    );
    await recordVerification({ directory, manifestName }, { ...proof, result: 'passed' });
    const { verified } = decodeManifest(readFileSync(join(directory, manifestName), 'utf8'));
    expect(verified.map(({ location, result }) => [location, result])).toEqual([
      ['offsite', 'passed'],
      ['local', 'passed'],
    ]);
    expect(readdirSync(directory)).toEqual([manifestName]);
  });
});
