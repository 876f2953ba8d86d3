import { describe, expect, test } from 'vitest';
import { findBackups } from '../../../src/guard/ensure/backups.ts';
import { ListingError } from '../../../src/observe/backups/copy.ts';
import type { BackupDisk } from '../../../src/observe/backups/disk.ts';
import { encodeClusterManifest, encodeManifest } from '../../../src/observe/backups/own/manifest-codec.ts';
import { BACKUP_AT, fileBackups, ownBackups, pgBackRestBackups } from '../../kit/backups.ts';

const STAMP = '20260101T013000Z';
const ID = '7711164505161400930';

const manifest = (datname: string, server = 'main'): string =>
  encodeManifest({
    schema: 1,
    tool: { name: 'pgvigil', version: '0.1.0' },
    source: 'nightly',
    server,
    datname,
    systemIdentifier: ID,
    oid: '16384',
    serverVersion: '15.18',
    clientVersion: '15.18',
    startedAt: BACKUP_AT,
    snapshotAt: BACKUP_AT,
    finishedAt: BACKUP_AT,
    databaseBytes: 1,
    files: [{ name: `${STAMP}.dump`, bytes: 5000, sha256: 'a'.repeat(64) }],
    tables: [],
    schemaSha256: undefined,
    extensions: [],
    roles: [],
    migrations: undefined,
    verified: [],
  });

const physicalManifest = (): string =>
  encodeClusterManifest({
    schema: 1,
    tool: { name: 'pgvigil', version: '0.1.0' },
    source: 'nightly',
    server: 'main',
    content: 'physical',
    systemIdentifier: ID,
    serverVersion: '15.18',
    clientVersion: '15.18',
    startedAt: BACKUP_AT,
    finishedAt: BACKUP_AT,
    files: [],
    bytes: 5000,
    rolePasswords: true,
    verified: [],
  });

/** Files by their paths; a directory that is named is there, and empty where nothing is in it. */
function disk(files: Readonly<Record<string, string>>, directories: readonly string[] = []): BackupDisk {
  return {
    tree: async (directory, depth) => {
      const below = Object.keys(files).filter((path) => path.startsWith(`${directory}/`));
      if (below.length === 0 && !directories.includes(directory))
        throw new ListingError('absent', 'no such directory');
      return below
        .map((path) => path.slice(directory.length + 1))
        .filter((path) => path.split('/').length <= depth + 1)
        .map((path) => ({ path, bytes: 5000, modifiedMs: BACKUP_AT, inode: '1' }));
    },
    beginning: async (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
  };
}

const one = (datname: string, server = 'main') => ({
  [`/backups/${server}/${ID}/${datname}.db/${STAMP}.dump`]: 'PGDMP',
  [`/backups/${server}/${ID}/${datname}.db/${STAMP}.manifest.json`]: manifest(datname, server),
});

describe('evidence by backups', () => {
  test('is a manifest of the database, with where and of which server', async () => {
    expect(await findBackups([ownBackups()], 'app', disk(one('app')))).toEqual({
      says: 'some',
      newest: `/backups, finished 2026-01-01T01:30:00.000Z, of system identifier ${ID}`,
    });
  });

  test('is not one of another database, nor one of another server', async () => {
    expect(await findBackups([ownBackups()], 'app', disk(one('shop')))).toEqual({ says: 'none' });
    expect(await findBackups([ownBackups()], 'app', disk(one('app', 'other'), ['/backups']))).toEqual({
      says: 'none',
    });
  });

  test('is one of any server where only a directory is named', async () => {
    const place = { directory: '/backups' };
    expect(await findBackups([place], 'app', disk(one('app', 'other')))).toMatchObject({ says: 'some' });
    expect(await findBackups([place], 'shop', disk(one('app', 'other')))).toEqual({ says: 'none' });
  });

  test('is a dump file of its name, also one that was just written', async () => {
    const files = { '/srv/dumps/app-1.dump': 'PGDMP' };
    expect(await findBackups([fileBackups()], 'app', disk(files))).toMatchObject({ says: 'some' });
    expect(await findBackups([fileBackups()], 'shop', disk(files))).toEqual({ says: 'none' });
  });

  test('is unknown where a place cannot be read, and never "none"', async () => {
    expect(await findBackups([ownBackups()], 'app', disk({}))).toEqual({
      says: 'unknown',
      why: '/backups: no such directory (absent)',
    });
    const damaged = { ...one('app'), [`/backups/main/${ID}/app.db/${STAMP}.manifest.json`]: '{' };
    expect(await findBackups([ownBackups()], 'app', disk(damaged))).toMatchObject({ says: 'unknown' });
  });

  test('is a copy of the whole server, which may hold every database', async () => {
    const physical = {
      [`/backups/main/${ID}/${STAMP}.physical/base.tar`]: 'data',
      [`/backups/main/${ID}/${STAMP}.physical.manifest.json`]: physicalManifest(),
    };
    expect(await findBackups([ownBackups()], 'app', disk(physical))).toEqual({
      says: 'some',
      newest: `/backups, finished 2026-01-01T01:30:00.000Z, of system identifier ${ID}, of the whole server, which may hold it`,
    });
    const nameless = fileBackups({ path: '/srv/dumps/*.dump' });
    expect(await findBackups([nameless], 'app', disk({ '/srv/dumps/all.dump': 'PGDMP' }))).toMatchObject({
      says: 'some',
      newest: expect.stringContaining('of the whole server'),
    });
  });

  test('is unknown where something is not whole: it may have held the database', async () => {
    const { [`/backups/main/${ID}/app.db/${STAMP}.manifest.json`]: _, ...noManifest } = one('app');
    const otherSize = {
      ...one('app'),
      [`/backups/main/${ID}/app.db/${STAMP}.manifest.json`]: manifest('app').replace('5000', '5001'),
    };
    for (const files of [noManifest, otherSize])
      expect(await findBackups([ownBackups()], 'app', disk(files))).toEqual({
        says: 'unknown',
        why: expect.stringContaining('/backups has 1 that may be backups and are not whole'),
      });
    const foreign = disk({ '/srv/dumps/app-1.dump': 'encrypted' });
    expect(await findBackups([fileBackups()], 'app', foreign)).toMatchObject({ says: 'unknown' });
    const small = disk({ '/srv/dumps/app-1.dump': 'PGDMP' });
    expect(await findBackups([fileBackups({ minBytes: 9000 })], 'app', small)).toMatchObject({
      says: 'unknown',
    });
  });

  test('is what one place shows, whatever another one hides', async () => {
    const files = disk({ '/srv/dumps/app-1.dump': 'PGDMP' });
    expect(await findBackups([ownBackups(), fileBackups()], 'app', files)).toMatchObject({ says: 'some' });
  });

  test('is none where nobody names a place, or only a tool that is not asked', async () => {
    expect(await findBackups([], 'app', disk({}))).toEqual({ says: 'none' });
    expect(await findBackups([pgBackRestBackups()], 'app', disk({}))).toEqual({ says: 'none' });
  });
});
