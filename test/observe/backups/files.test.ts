import { describe, expect, test } from 'vitest';
import type { FileBackups } from '../../../src/model/backup-source.ts';
import { createFilesLook } from '../../../src/observe/backups/files.ts';
import { mayBeDump } from '../../../src/observe/backups/magic.ts';
import { parsePattern } from '../../../src/observe/backups/pattern.ts';
import type { TreeFile } from '../../../src/observe/backups/tree.ts';

const source = (changes: Partial<FileBackups> = {}): FileBackups => ({
  kind: 'files',
  name: 'nightly',
  server: 'main',
  databases: undefined,
  maxAgeMs: 1,
  location: 'local',
  path: '/srv/dumps/{datname}-*.dump',
  minBytes: 100,
  restoreTest: undefined,
  ...changes,
});

const file = (path: string, changes: Partial<TreeFile> = {}): TreeFile => ({
  path,
  bytes: 5000,
  modifiedMs: 1000,
  inode: '7',
  ...changes,
});

const DUMP = Buffer.from('PGDMP\x01\x0e\x00');

/** A directory that is made up; `pause` lets time pass in it. */
function directory(files: TreeFile[], settings: Partial<FileBackups> = {}, datnames: readonly string[] = []) {
  const read: string[] = [];
  const state = { files, beginnings: new Map<string, Uint8Array>(), pause: () => {} };
  const look = createFilesLook(source(settings), {
    disk: {
      tree: async () => [...state.files],
      beginning: async (path) => {
        read.push(path);
        return state.beginnings.get(path) ?? DUMP;
      },
    },
    datnames: () => datnames,
    pause: async () => state.pause(),
  });
  return { look, state, read };
}

describe('a pattern', () => {
  test.each([
    ['/srv/dumps/{datname}-*.dump', '/srv/dumps', 0],
    ['/srv/*/{datname}/latest.dump', '/srv', 2],
    ['/srv/dumps/app.dump', '/srv/dumps', 0],
    ['/*.dump', '/', 0],
    ['/srv/a[b]/x?.gz', '/srv/a[b]', 0],
  ])('%s begins at %s, %d directories deep', (path, directory, depth) => {
    expect(parsePattern(path)).toMatchObject({ directory, depth });
  });

  test.each([
    ['/d/{datname}-*.dump', 'app-2026.dump', 'app'],
    ['/d/{datname}-*.dump', 'app-staging-2026.dump', 'app-staging'],
    ['/d/{datname}-*.dump', 'other-2026.dump', 'other'],
    ['/d/{datname}/{datname}.dump', 'app/app.dump', 'app'],
    ['/d/{datname}.sql.gz', 'a.b+c$.sql.gz', 'a.b+c$'],
    ['/d/*.dump', 'app.dump', ''],
    ['/d/*.dump', '.hidden.dump', undefined],
    ['/d/*.dump', 'sub/app.dump', undefined],
    ['/d/?.dump', 'ab.dump', undefined],
    ['/d/a.dump', 'aXdump', undefined],
  ])('%s of %s is of %s', (path, name, datname) => {
    expect(parsePattern(path).match(name, ['app', 'app-staging', 'x'])).toBe(datname);
  });
});

describe('a file', () => {
  const tar = (name: string): Buffer => {
    const bytes = Buffer.alloc(512);
    bytes.write(name);
    bytes.write('ustar', 257);
    return bytes;
  };

  test.each([
    ['by pg_dump -Fc', DUMP, true],
    ['of SQL', Buffer.from('--\n-- PostgreSQL database dump\n--\n'), true],
    ['of gzip', Buffer.from([0x1f, 0x8b, 8, 0]), true],
    ['of zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), true],
    ['of age', Buffer.from('age-encryption.org/v1\n'), true],
    ['of OpenPGP', Buffer.from([0x8c, 0x0d, 0x04]), true],
    ['by pg_dump -Ft', tar('toc.dat'), true],
    ['that is a tar of a data directory', tar('base/'), false],
    ['that is a tar of one, from PG_VERSION on', tar('PG_VERSION'), false],
    ['of nothing', Buffer.alloc(0), false],
    ['of zeros', Buffer.alloc(512), false],
    ['of a web page', Buffer.from('<!doctype html>'), false],
    ['that is cut off in its first bytes', Buffer.from('PGD'), false],
  ])('%s may be a dump: %s', (_, bytes, is) => {
    expect(mayBeDump(bytes)).toBe(is);
  });
});

describe('a look at files', () => {
  test('finds what stood still in two looks, with its database', async () => {
    const { look } = directory([file('app-1.dump'), file('b-1.dump', { bytes: 200, modifiedMs: 2000 })]);
    expect(await look()).toMatchObject({
      copies: [
        {
          datname: 'app',
          finishedAt: 1000,
          bytes: 5000,
          location: 'local',
          systemIdentifier: undefined,
          verified: [],
        },
        { datname: 'b', finishedAt: 2000, bytes: 200 },
      ],
      incomplete: 0,
    });
  });

  test.each([
    ['grows', { bytes: 6000 }],
    ['is written to', { modifiedMs: 1001 }],
    ['is exchanged', { inode: '8' }],
  ])('one that %s is not complete until it stands still', async (_, change) => {
    const { look, state } = directory([file('app-1.dump')]);
    state.pause = () => {
      state.files = [file('app-1.dump', change)];
    };
    expect(await look()).toEqual({ copies: [], incomplete: 1 });
    expect((await look()).copies).toHaveLength(1);
    state.files = [file('app-1.dump', { bytes: 7000, modifiedMs: 3000 })];
    expect(await look()).toEqual({ copies: [], incomplete: 1 });
  });

  test('one that is new is not complete at once', async () => {
    const { look, state } = directory([]);
    expect(await look()).toEqual({ copies: [], incomplete: 0 });
    state.files = [file('app-1.dump')];
    expect(await look()).toEqual({ copies: [], incomplete: 1 });
  });

  test('one that is too small or no dump is not complete, and is read once', async () => {
    const { look, state, read } = directory([
      file('app-1.dump', { bytes: 99 }),
      file('app-2.dump'),
      file('app-3.dump'),
    ]);
    state.beginnings.set('/srv/dumps/app-2.dump', Buffer.from('<html>'));
    expect(await look()).toMatchObject({ copies: [{ datname: 'app' }], incomplete: 2 });
    await look();
    expect(read).toEqual(['/srv/dumps/app-2.dump', '/srv/dumps/app-3.dump']);
  });

  test('what lies beside a dump counts for nothing', async () => {
    const names = [
      'app-1.dump',
      'app-1.dump.sha256',
      'app-1.dump.md5',
      'app-1.dump.meta.json',
      '.app-2.dump',
    ];
    const { look } = directory(
      names.map((name) => file(name)),
      { path: '/srv/dumps/*' },
    );
    expect(await look()).toMatchObject({ copies: [{ datname: '' }], incomplete: 0 });
  });

  test('a pattern without a name is of the only database that is configured', async () => {
    const { look } = directory([file('dump.gz')], { path: '/srv/dumps/*.gz', databases: ['app'] });
    expect((await look()).copies).toMatchObject([{ datname: 'app' }]);
  });

  test('a database that is there claims its own files', async () => {
    const { look } = directory([file('app-staging-1.dump')], {}, ['app', 'app-staging']);
    expect((await look()).copies).toMatchObject([{ datname: 'app-staging' }]);
  });
});
