import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandError, Io } from '../../../src/cli/io.ts';
import { addRestore } from '../../../src/cli/restore.ts';
import { addRestoreTest } from '../../../src/cli/restore-test.ts';
import { createTestMemory } from '../../../src/guard/restore/memory.ts';
import type { RestoreTest } from '../../../src/model/restore-test.ts';
import { serverDirectory } from '../../../src/observe/backups/own/layout.ts';
import { TESTS_FILE } from '../../../src/observe/backups/own/tests.ts';
import { handClock } from '../../kit/clock.ts';

describe('the command restore-test', () => {
  let base: string;
  let directory: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-restore-test-'));
    directory = join(base, 'backups');
    mkdirSync(directory);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const clock = handClock();

  /** Runs a command on these entries under `backups`, and gives its exit code, its error and what it printed. */
  async function ended(
    add: (program: Command, io: Io) => void,
    args: readonly string[],
    backups: readonly object[],
  ) {
    const file = join(base, 'pgvigil.yml');
    const servers = [{ name: 'main', url: 'postgres://nobody@127.0.0.1:1/postgres' }];
    const state = { directory: join(base, 'state') };
    writeFileSync(file, JSON.stringify({ servers, docker: false, state, backups }));
    let out = '';
    const io: Partial<Io> = {
      env: { PATH: '/nowhere' },
      workingDirectory: base,
      clock,
      isTerminal: false,
      isRoot: false,
      out: (text) => {
        out += text;
      },
      say: () => true,
      err: () => true,
      onSignal: () => {},
    };
    const program = new Command().exitOverride();
    add(program.option('--config <file>'), io as Io);
    const error = await program.parseAsync([...args, '--config', file], { from: 'user' }).then(
      () => undefined,
      (thrown: CommandError) => thrown,
    );
    return { code: error?.exitCode ?? 0, message: error?.message, out };
  }
  async function tried(...backups: readonly object[]) {
    const { code, out } = await ended(addRestoreTest, ['restore-test', '--json'], backups);
    return { code, tests: JSON.parse(out || '[]') as RestoreTest[] };
  }
  const own = (name: string, more: object = {}): object => ({
    name,
    kind: 'pgvigil',
    directory,
    require_mount: false,
    restore_test: {},
    ...more,
  });

  test('goes on behind one that cannot begin', async () => {
    const key = { source: 'nightly', server: 'main', datname: 'locked' };
    createTestMemory(serverDirectory(directory, 'main'), clock).begin(key, 'local');
    const { code, tests } = await tried(
      own('gone', { directory: join(base, 'gone'), databases: ['shop'] }),
      own('nightly', { databases: ['locked', 'shop'] }),
    );
    expect({ code, found: tests.map(({ datname, reason }) => [datname, reason]) }).toEqual({
      code: 41,
      found: [
        ['shop', 'no_backup'],
        ['locked', 'locked'],
        ['shop', 'no_backup'],
      ],
    });
    expect(tests[0]?.detail).toContain('is it mounted?');
  });

  test('tells of a source without a database to name, and goes on', async () => {
    const elsewhere = join(base, 'nameless');
    mkdirSync(elsewhere);
    const { code, tests } = await tried(
      own('nameless', { directory: elsewhere }),
      own('nightly', { databases: ['shop'] }),
    );
    expect(code).toBe(41);
    expect(tests).toMatchObject([
      { source: 'nameless', datname: '', result: 'inconclusive', reason: 'no_backup' },
      { source: 'nightly', datname: 'shop', result: 'inconclusive', reason: 'no_backup' },
    ]);
  });

  test('a restore tells a disk that is missing from a name that has no backup', async () => {
    const gone = join(base, 'gone');
    const args = ['restore', '--database', 'shop', '--plan'];
    expect(await ended(addRestore, args, [own('nightly', { directory: gone })])).toMatchObject({
      code: 41,
      message: `there is no ${gone}: is it mounted?`,
    });
    expect(await ended(addRestore, args, [own('nightly')])).toMatchObject({
      code: 41,
      message: `there is no backup of "shop" of main in ${directory}`,
    });
  });

  describe('with a copy somewhere else', () => {
    const SECRET = 'hunter2hunter2';

    /** Its rclone says what it was given, and fails. */
    function talkative(): object {
      const bin = join(base, 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'rclone'), '#!/bin/sh\necho "refused: $RCLONE_R2_SECRET" >&2\nexit 1\n');
      chmodSync(join(bin, 'rclone'), 0o755);
      const file = join(base, 'rclone.env');
      writeFileSync(file, `PATH=${bin}:/usr/bin:/bin\nRCLONE_R2_SECRET=${SECRET}\n`, { mode: 0o600 });
      const rclone = { remote: 'r2:bucket/pg', environment_file: file };
      return own('nightly', { databases: ['shop'], offsite: { rclone } });
    }

    test('writes down the last words of a tool without its secrets', async () => {
      const args = ['restore-test', '--from', 'offsite', '--json'];
      const { code, out } = await ended(addRestoreTest, args, [talkative()]);
      const remembered = readFileSync(join(serverDirectory(directory, 'main'), TESTS_FILE), 'utf8');
      expect(code).toBe(41);
      for (const text of [out, remembered]) {
        expect(text).toContain('refused: ***');
        expect(text).not.toContain(SECRET);
      }
    });

    test('a restore prints them without, too', async () => {
      const args = ['restore', '--database', 'shop', '--from', 'offsite'];
      expect(await ended(addRestore, args, [talkative()])).toMatchObject({
        code: 41,
        message: expect.stringMatching(/refused: \*\*\*$/),
      });
    });
  });

  test('tells of a source that cannot be listed', async () => {
    writeFileSync(join(base, 'file'), '');
    const { code, tests } = await tried(own('file', { directory: join(base, 'file') }));
    expect(code).toBe(41);
    expect(tests).toMatchObject([{ source: 'file', result: 'inconclusive', reason: 'fetch' }]);
  });
});
