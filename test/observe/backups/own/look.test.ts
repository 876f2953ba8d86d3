import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupManifest, ClusterManifest } from '../../../../src/model/backup.ts';
import { ListingError } from '../../../../src/observe/backups/copy.ts';
import type { BackupDisk } from '../../../../src/observe/backups/disk.ts';
import { createOwnLook } from '../../../../src/observe/backups/own/look.ts';
import { encodeClusterManifest, encodeManifest } from '../../../../src/observe/backups/own/manifest-codec.ts';
import { readBeginning, readTree } from '../../../../src/observe/backups/tree.ts';

const OURS = '7711164505161400930';
const AT = Date.UTC(2026, 10, 27, 2, 15, 0);
const STAMP = '20261127T021500Z';

const manifest = (changes: Partial<BackupManifest> = {}): BackupManifest => ({
  schema: 1,
  tool: { name: 'pgvigil', version: '0.1.0' },
  source: 'nightly',
  server: 'main',
  datname: 'app',
  systemIdentifier: OURS,
  oid: '4294967295',
  serverVersion: '15.18',
  clientVersion: '15.18',
  startedAt: AT,
  snapshotAt: AT,
  finishedAt: AT + 20_000,
  databaseBytes: 8_000_000,
  files: [{ name: `${STAMP}.dump`, bytes: 12, sha256: 'a'.repeat(64) }],
  tables: [],
  schemaSha256: undefined,
  extensions: [],
  roles: [],
  migrations: undefined,
  verified: [{ level: 'archive', at: AT, result: 'passed', reason: undefined, location: 'local' }],
  ...changes,
});

const clusterManifest = (changes: Partial<ClusterManifest> = {}): ClusterManifest => ({
  schema: 1,
  tool: { name: 'pgvigil', version: '0.1.0' },
  source: 'nightly',
  server: 'main',
  content: 'physical',
  systemIdentifier: OURS,
  serverVersion: '15.18',
  clientVersion: '15.18',
  startedAt: AT,
  finishedAt: AT + 60_000,
  files: [{ name: `${STAMP}.physical/backup_manifest`, bytes: 3, sha256: 'b'.repeat(64) }],
  bytes: 31_000_000,
  rolePasswords: false,
  verified: [],
  ...changes,
});

describe('a look at backups of our own', () => {
  let root: string;
  let read: string[];
  let disk: BackupDisk;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'own-'));
    read = [];
    disk = {
      tree: async (directory, depth) => {
        try {
          return readTree(directory, depth);
        } catch (error) {
          throw new ListingError('absent', String(error));
        }
      },
      beginning: async (path, maxBytes) => {
        read.push(path);
        return readBeginning(path, maxBytes);
      },
    };
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    // As pgvigil writes: another file in its place, which has another inode even within one tick of the clock.
    writeFileSync(join(root, `${path}.new`), text);
    renameSync(join(root, `${path}.new`), join(root, path));
  };
  const putBackup = (of: BackupManifest, directory = `main/${of.systemIdentifier}/app.db`): void => {
    put(`${directory}/${STAMP}.dump`, 'PGDMP12 long');
    put(`${directory}/${STAMP}.manifest.json`, encodeManifest(of));
  };
  const look = () => createOwnLook({ directory: root, server: 'main' }, disk);

  test('tells each one by its manifest, of every cluster', async () => {
    putBackup(manifest());
    putBackup(manifest({ systemIdentifier: '7' }));
    const found = await look()();
    expect(found.copies.map((copy) => copy.systemIdentifier).sort()).toEqual(['7', OURS]);
    expect(found.copies.find((copy) => copy.systemIdentifier === OURS)).toEqual({
      datname: 'app',
      location: 'local',
      finishedAt: AT + 20_000,
      bytes: 12,
      systemIdentifier: OURS,
      oid: '4294967295',
      verified: [{ level: 'archive', at: AT, result: 'passed', location: 'local' }],
    });
    expect(found).toMatchObject({ incomplete: 0, unreadable: 0 });
  });

  test('the name is that of the manifest, whatever the directory is called', async () => {
    putBackup(manifest({ datname: 'Été/1' }), `main/${OURS}/%C3%89t%C3%A9%2F1.db`);
    expect((await look()()).copies).toMatchObject([{ datname: 'Été/1' }]);
  });

  test.each([
    ['without its manifest', `${STAMP}.manifest.json`, undefined, { incomplete: 1 }],
    ['without its dump', `${STAMP}.dump`, undefined, { incomplete: 1 }],
    ['with a dump that is cut off', `${STAMP}.dump`, 'PGDMP', { incomplete: 1 }],
    ['with a manifest that is cut off', `${STAMP}.manifest.json`, '{"schema": 1,', { unreadable: 1 }],
    ['with an empty manifest', `${STAMP}.manifest.json`, '', { unreadable: 1 }],
    ['of a future version', `${STAMP}.manifest.json`, '{"schema": 2}', { unreadable: 1 }],
  ])('one %s counts as none, and is told', async (_, name, text, told) => {
    putBackup(manifest());
    const path = `main/${OURS}/app.db/${name}`;
    if (text === undefined) rmSync(join(root, path));
    else put(path, text);
    expect(await look()()).toMatchObject({ copies: [], incomplete: 0, unreadable: 0, ...told });
  });

  test('one that is still written, and a link to one, count as none', async () => {
    put(`main/${OURS}/app.db/.${STAMP}.dump.partial`, 'PGDMP');
    putBackup(manifest({ datname: 'elsewhere' }), 'other');
    symlinkSync('../../../other', join(root, `main/${OURS}/app.db/linked.db`));
    symlinkSync(
      `../../../other/${STAMP}.manifest.json`,
      join(root, `main/${OURS}/app.db/${STAMP}.manifest.json`),
    );
    expect(await look()()).toMatchObject({ copies: [], incomplete: 1, unreadable: 0 });
  });

  test('a physical copy is one of the whole server; globals are no backup by themselves', async () => {
    put(`main/${OURS}/${STAMP}.physical/backup_manifest`, '{}\n');
    put(`main/${OURS}/${STAMP}.physical/base/1/1259`, 'x');
    put(`main/${OURS}/${STAMP}.physical.manifest.json`, encodeClusterManifest(clusterManifest()));
    put(`main/${OURS}/${STAMP}.globals.sql`, '--');
    const globals = clusterManifest({ content: 'globals', files: [] });
    put(`main/${OURS}/${STAMP}.globals.manifest.json`, encodeClusterManifest(globals));
    expect(await look()()).toMatchObject({
      copies: [{ datname: '', bytes: 31_000_000, finishedAt: AT + 60_000, systemIdentifier: OURS }],
      incomplete: 0,
    });
    rmSync(join(root, `main/${OURS}/${STAMP}.physical`), { recursive: true });
    expect(await look()()).toMatchObject({ copies: [], incomplete: 1 });
  });

  test('a manifest is read once, and again when it is another one', async () => {
    putBackup(manifest());
    const again = look();
    await again();
    await again();
    const manifests = () => read.filter((path) => path.endsWith('.manifest.json'));
    expect(manifests()).toHaveLength(1);
    const restored = {
      level: 'restore',
      at: AT,
      result: 'passed',
      reason: undefined,
      location: 'local',
    } as const;
    putBackup(manifest({ verified: [restored] }));
    expect((await again()).copies).toMatchObject([{ verified: [{ level: 'restore' }] }]);
    expect(manifests()).toHaveLength(2);
  });

  test('before the first backup of a server there is none', async () => {
    expect(await look()()).toEqual({ copies: [], incomplete: 0, unreadable: 0 });
  });

  test('a directory that is gone is not an empty one', async () => {
    rmSync(root, { recursive: true });
    await expect(look()()).rejects.toThrow(expect.objectContaining({ reason: 'absent' }));
  });
});
