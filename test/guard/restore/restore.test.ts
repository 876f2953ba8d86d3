import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RestorePlan, restore } from '../../../src/guard/restore/restore.ts';
import { type Target, TargetError, type TargetNow } from '../../../src/guard/restore/target.ts';
import type { Session } from '../../../src/observe/postgres/session.ts';
import { ownBackups } from '../../kit/backups.ts';
import { handClock } from '../../kit/clock.ts';
import { manifestOf } from '../../kit/manifests.ts';

const PROVISIONAL = /"(pgvigil_restore_\d+_[0-9a-f]{8})"/;

describe('bringing a database back', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-restore-'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  /** A dump of an empty database, for programs that take everything. */
  function plan(database: TargetNow['database'] = 'missing'): RestorePlan {
    const program = join(base, 'program');
    writeFileSync(program, '#!/bin/sh\nexit 0\n');
    chmodSync(program, 0o755);
    const path = join(base, '1.dump');
    writeFileSync(path, 'PGDMP');
    const sha256 = createHash('sha256').update('PGDMP').digest('hex');
    const manifest = manifestOf({
      files: [{ name: '1.dump', bytes: 5, sha256 }],
      tables: [],
      schemaSha256: undefined,
      extensions: [],
      migrations: undefined,
    });
    const tools = { version: '15.18', major: 15, directory: base, path: () => program };
    return {
      dump: { id: '1', path, format: 'archive', manifest, dataAt: 0, tools, release: async () => {} },
      datname: 'shop',
      target: { systemIdentifier: '1', major: 15, database, missingRoles: [] },
      options: undefined,
      owner: undefined,
      leftOut: [],
    };
  }
  const EMPTY: Session = { query: async () => [[]], close: async () => {} } as unknown as Session;

  /** A server that is made up, and what it was told to do. */
  function target(more: Partial<Target> = {}): Target & { readonly told: string[] } {
    const told: string[] = [];
    return {
      told,
      look: async () => plan().target,
      run: async (statement) => void told.push(statement),
      oidOf: async () => '16400',
      open: async () => EMPTY,
      close: async () => {},
      ...more,
    };
  }
  const run = (what: RestorePlan, on: Target) =>
    restore(what, {
      target: on,
      connection: ownBackups().connection,
      clock: handClock(),
      signal: new AbortController().signal,
      deadlineMs: 60_000,
      jobs: 1,
      progress: () => {},
    });

  test('gives it its name at last', async () => {
    const on = target();
    expect(await run(plan(), on)).toMatchObject({ datname: 'shop', oid: '16400' });
    expect(on.told.at(-1)).toMatch(/RENAME TO "shop"$/);
  });

  test('says where the data is, and what to do, when somebody took the name meanwhile', async () => {
    const on = target({
      run: async (statement) => {
        if (statement.startsWith('ALTER')) throw new TargetError('database "shop" already exists');
      },
    });
    const error = await run(plan(), on).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(TargetError);
    const { message } = error as TargetError;
    expect(message).toContain('database "shop" already exists');
    const name = PROVISIONAL.exec(message)?.[1];
    expect(message).toContain(`ALTER DATABASE "${name}" RENAME TO "shop"`);
  });

  test('says where the data is when it could not be counted', async () => {
    const silent = {
      open: async () => {
        throw new TargetError('nothing listens');
      },
    };
    const inNew = await run(plan(), target(silent)).catch((thrown: Error) => thrown);
    expect(inNew).toMatchObject({
      name: 'TargetError',
      message: expect.stringMatching(PROVISIONAL),
    });
    expect(inNew).toMatchObject({ message: expect.stringContaining('was not counted') });
    await expect(run(plan('empty'), target(silent))).rejects.toThrow('is in "shop"; it was not counted');
  });
});
