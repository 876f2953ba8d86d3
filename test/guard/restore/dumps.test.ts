import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PostgresTools } from '../../../src/guard/postgres-tools.ts';
import { whyUnread } from '../../../src/guard/restore/archive.ts';
import { foreignDump } from '../../../src/guard/restore/dumps.ts';
import { fileBackups } from '../../kit/backups.ts';

const PLAIN = '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n';
const CLUSTER = '--\n-- PostgreSQL database cluster dump\n--\n\n\\connect template1\n';

describe('a dump that something else made', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-dumps-'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  /** Programs of which `pg_restore` is this script. */
  function tools(pgRestore = 'exit 0'): readonly PostgresTools[] {
    const directory = join(base, 'bin');
    mkdirSync(directory);
    const program = join(directory, 'pg_restore');
    writeFileSync(program, `#!/bin/sh\n${pgRestore}\n`);
    chmodSync(program, 0o755);
    return [{ version: '15.18', major: 15, directory, path: (name) => join(directory, name) }];
  }
  function written(name: string, content: string | Buffer): string {
    writeFileSync(join(base, name), content);
    return join(base, name);
  }
  const look = (file: string | undefined, found: readonly PostgresTools[]) =>
    foreignDump(
      fileBackups({ path: join(base, '{datname}-*.sql'), minBytes: 1 }),
      { datname: 'app', datnames: ['app'], file },
      found,
    );

  test('is taken where it is of one database, plain or compressed', async () => {
    const found = tools();
    expect(await look(written('app-1.sql', PLAIN), found)).toMatchObject({ format: 'plain' });
    expect(await look(written('app-1.sql.gz', gzipSync(PLAIN)), found)).toMatchObject({ format: 'gzip' });
  });

  test.each<[string, string | Buffer, string]>([
    ['an archive that was compressed once more', gzipSync('PGDMP\x01\x0e'), 'compressed once more'],
    ['a compressed dump of a whole server', gzipSync(CLUSTER), 'pg_dumpall'],
    ['one of a whole server with a database at its beginning', `${CLUSTER}${PLAIN}`, 'pg_dumpall'],
    ['one that goes to a database of its own', `${PLAIN}\\connect app\n`, '--create'],
  ])('proves nothing where it is %s', async (_, content, why) => {
    await expect(look(written('app-1', content), tools())).rejects.toMatchObject({
      result: 'inconclusive',
      reason: 'fetch',
      message: expect.stringContaining(why),
    });
  });

  test('proves nothing where pg_restore is too old for it, or does not start', async () => {
    const archive = written('app-1.dump', 'PGDMP');
    const old = tools('echo "pg_restore: error: unsupported version (1.16) in file header" >&2; exit 1');
    await expect(look(archive, old)).rejects.toMatchObject({ result: 'inconclusive', reason: 'tools' });
    rmSync(join(base, 'bin', 'pg_restore'));
    await expect(look(archive, old)).rejects.toMatchObject({ result: 'inconclusive', reason: 'tools' });
  });

  test('is at fault where pg_restore cannot read it', async () => {
    const archive = written('app-1.dump', 'PGDMP');
    const broken = tools('echo "pg_restore: error: could not read from input file: end of file" >&2; exit 1');
    await expect(look(archive, broken)).rejects.toMatchObject({ result: 'failed', reason: 'archive' });
  });

  test('proves nothing where it cannot be read', async () => {
    mkdirSync(join(base, 'app-1.sql'));
    await expect(look(join(base, 'app-1.sql'), tools())).rejects.toMatchObject({
      result: 'inconclusive',
      reason: 'fetch',
    });
  });

  test('is never what a link leads to', async () => {
    const real = written('app-1.sql', PLAIN);
    const older = written('old', PLAIN);
    utimesSync(real, 1000, 1000);
    symlinkSync(older, join(base, 'app-latest.sql'));
    expect(await look(undefined, tools())).toMatchObject({ path: real });
  });
});

test('an archive that could not be read in time is not at fault', () => {
  const end = { ok: false, exitCode: undefined, signal: 'SIGTERM', said: '', output: '' } as const;
  expect(whyUnread('pg_restore --list', { ...end, cut: 'deadline', errno: undefined })).toMatchObject({
    result: 'inconclusive',
    reason: 'deadline',
  });
});
