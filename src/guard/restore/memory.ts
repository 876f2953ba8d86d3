import type { BackupLocation } from '../../model/backup.ts';
import { isTesting, type RestoreTest, type RestoreTests } from '../../model/restore-test.ts';
import type { Clock, Instant } from '../../model/time.ts';
import { decodeTests, encodeTests, TESTS_FILE, TestsError } from '../../observe/backups/own/tests.ts';
import { readStateFile, setAside, writeDurably } from '../../remember/state-directory.ts';
import { inconclusive } from './verdict.ts';

/** Who is tested. */
export interface TestKey {
  readonly source: string;
  readonly server: string;
  readonly datname: string;
}

/** What is remembered of restore tests, on a disk. Every call throws what the disk throws. */
export interface TestMemory {
  /** When a copy from there passed last; `undefined`: never. */
  passedAt(key: TestKey, location: BackupLocation): Instant | undefined;
  /** Writes down that a test has begun, before it begins. Throws a `Verdict` while another one runs. */
  begin(key: TestKey, location: BackupLocation): void;
  /** Says that it is still at it. */
  alive(key: TestKey): void;
  end(test: RestoreTest): void;
}

const PREVIOUS = TESTS_FILE.replace(/\.json$/, '.previous.json');

/** Keeps it in a directory: that of the backups, so that whoever reads these reads it too. */
export function createTestMemory(directory: string, clock: Clock): TestMemory {
  function load(): readonly RestoreTests[] {
    const bytes = readStateFile(directory, TESTS_FILE);
    if (bytes === undefined) return [];
    try {
      return decodeTests(new TextDecoder().decode(bytes));
    } catch (error) {
      if (!(error instanceof TestsError)) throw error;
      // For a person to look at: what it held is not overwritten.
      setAside(directory, TESTS_FILE, TESTS_FILE.replace(/\.json$/, `.corrupt-${clock.now()}.json`));
      return [];
    }
  }

  function change(key: TestKey, to: (before: RestoreTests) => RestoreTests): void {
    const all = load();
    const none: RestoreTests = { ...key, running: undefined, last: {}, passed: {} };
    const before = all.find((one) => isOf(one, key)) ?? none;
    const after = [...all.filter((one) => !isOf(one, key)), to(before)];
    writeDurably(directory, TESTS_FILE, new TextEncoder().encode(encodeTests(after)), PREVIOUS);
  }

  return {
    passedAt: (key, location) => load().find((one) => isOf(one, key))?.passed[location]?.finishedAt,
    begin(key, location) {
      const now = clock.now();
      change(key, (before) => {
        if (isTesting(before, now)) throw inconclusive('locked', 'another restore test of it runs');
        return { ...before, running: { location, startedAt: now, aliveAt: now } };
      });
    },
    alive(key) {
      change(key, (before) =>
        before.running === undefined
          ? before
          : { ...before, running: { ...before.running, aliveAt: clock.now() } },
      );
    },
    end(test) {
      const { source, server, datname, location, backup, dataAt, finishedAt } = test;
      change({ source, server, datname }, (before) => {
        const ended = { ...before, running: undefined, last: { ...before.last, [location]: test } };
        if (test.result !== 'passed' || backup === undefined || dataAt === undefined) return ended;
        const known = before.passed[location];
        // An old backup that was tried again makes the proof of a newer one no older.
        const newest = known !== undefined && known.dataAt > dataAt ? known : { backup, dataAt };
        return { ...ended, passed: { ...before.passed, [location]: { ...newest, finishedAt } } };
      });
    },
  };
}

const isOf = (one: TestKey, key: TestKey): boolean =>
  one.source === key.source && one.server === key.server && one.datname === key.datname;
