import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBarman } from '../../../src/observe/backups/barman.ts';
import { ListingError } from '../../../src/observe/backups/copy.ts';
import { readForeign } from '../../../src/observe/backups/foreign.ts';
import { parsePgBackRest } from '../../../src/observe/backups/pgbackrest.ts';
import { parseRestic } from '../../../src/observe/backups/restic.ts';
import { parseWalG } from '../../../src/observe/backups/wal-g.ts';

/** Written by the tools themselves, with their version in the name; `documented`: after their documentation. */
const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/backups/${name}`, import.meta.url), 'utf8');

const OURS = '7711164505161400930';
const local = { location: 'local' } as const;
const at = (text: string): number => Date.parse(text);

function reasonOf(look: () => unknown): string | undefined {
  try {
    look();
  } catch (error) {
    return error instanceof ListingError ? error.reason : String(error);
  }
  return undefined;
}

describe('the JSON of another program', () => {
  const any = (text: string): unknown => readForeign(text, (value) => value);

  test.each([
    ['7711164505161400930', OURS],
    ['18446744073709551615', '18446744073709551615'],
    ['[1234567890123456, -9007199254740993]', ['1234567890123456', '-9007199254740993']],
    ['123456789012345', 123456789012345],
    ['{"a": "7711164505161400930 of 7711164505161400930", "b\\"": 1}', { a: `${OURS} of ${OURS}`, 'b"': 1 }],
    ['"\\\\"', '\\'],
    ['[0.1234567890123456789, 1e-5, 1.5]', [0.12345678901234568, 1e-5, 1.5]],
  ])('%s keeps every digit of a whole number, and everything else', (text, value) => {
    expect(any(text)).toEqual(value);
  });

  test('keeps every identifier of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: 2n ** 64n - 1n }), fc.string(), (id, name) => {
        const found = any(`{"${JSON.stringify(name).slice(1, -1)}x": ${id}}`);
        expect(Object.values(found as object)).toEqual([String(id)]);
      }),
    );
  });

  test.each(['', 'no JSON', '{"a": 1', '[{"name": "main"}]', '{}', 'null'])(
    '%j is unreadable, and never "no backups"',
    (text) => {
      expect(
        reasonOf(() => parsePgBackRest(text, { stanza: 'main', offsiteRepositories: undefined, ...local })),
      ).toBe('unreadable');
      expect(reasonOf(() => parseRestic(text, { ...local, databases: undefined }))).toBe('unreadable');
    },
  );
});

describe('pgBackRest', () => {
  const source = { stanza: 'main', offsiteRepositories: { keys: [2], maxAgeMs: 1 }, ...local };
  const info = fixture('documented-pgbackrest-info.json');

  test('tells its backups by repository, each with the server it is of; damaged pages make none', () => {
    const { copies, incomplete } = parsePgBackRest(info, source);
    expect(copies).toMatchObject([
      { datname: '', location: 'local', finishedAt: 1795572960000, bytes: 32230330, systemIdentifier: OURS },
      { location: 'local', finishedAt: 1795659320000, systemIdentifier: '7711166475015090956' },
      { location: 'offsite', finishedAt: 1795313760000, systemIdentifier: OURS },
    ]);
    expect(incomplete).toBe(1);
  });

  test.each([
    [0, 1],
    [2, 1],
  ])('a repository with status %i does not hide the others', (code, repos) => {
    const text = JSON.stringify([
      {
        name: 'main',
        status: { code: 4, message: 'different across repos' },
        repo: [
          { key: 1, status: { code } },
          { key: 2, status: { code: 99, message: '[FileOpenError] unreachable' } },
        ],
        db: [],
        backup: [],
      },
    ]);
    expect(parsePgBackRest(text, source).copies).toHaveLength(repos - 1);
    expect(parsePgBackRest(text, source).unknown).toEqual(['offsite']);
    expect(parsePgBackRest(text, { ...source, offsiteRepositories: undefined }).unknown).toEqual([]);
  });

  test.each([1, 3, 5, 6, 99])('status %i is a failure with its message', (code) => {
    const text = JSON.stringify([
      { name: 'main', status: { code, message: 'missing stanza path' }, backup: [], db: [] },
    ]);
    expect(() => parsePgBackRest(text, source)).toThrow(`status ${code}: missing stanza path`);
  });

  test('status 2 is a stanza without a backup; another stanza is a failure', () => {
    const text = JSON.stringify([{ name: 'main', status: { code: 2, message: 'no valid backups' } }]);
    expect(parsePgBackRest(text, source)).toEqual({ copies: [], incomplete: 0, unknown: [] });
    expect(reasonOf(() => parsePgBackRest(text, { ...source, stanza: 'other' }))).toBe('failed');
  });
});

describe('WAL-G', () => {
  test('tells its backups with the server they are of', () => {
    expect(parseWalG(fixture('documented-wal-g-backup-list.json'), local).copies).toMatchObject([
      { finishedAt: at('2026-11-25T02:15:57.654Z'), bytes: 32230330, systemIdentifier: OURS },
      { finishedAt: at('2026-11-26T02:15:57.654Z'), bytes: 32230400, systemIdentifier: OURS },
    ]);
  });

  test.each(['', '\n', 'null\n', '[]'])('has none where it writes %j', (text) => {
    expect(parseWalG(text, local)).toEqual({ copies: [], incomplete: 0 });
  });

  test('an entry without an end is unreadable', () => {
    expect(reasonOf(() => parseWalG('[{"backup_name": "base"}]', local))).toBe('unreadable');
  });
});

describe('Barman', () => {
  const source = { barmanServer: 'main', ...local };
  const listed = fixture('documented-barman-list-backups.json');

  test('tells its complete backups, the newest with the server it is of', () => {
    const { copies, incomplete } = parseBarman(listed, fixture('documented-barman-show-backup.json'), source);
    expect(copies).toMatchObject([
      { finishedAt: 1795659357000, bytes: 32230400, systemIdentifier: OURS },
      { finishedAt: 1795572957000, bytes: 32230330, systemIdentifier: undefined },
    ]);
    expect(incomplete).toBe(1);
  });

  test('a newest one that does not say of which server it is leaves that open', () => {
    const shown = '{"main": {"backup_id": "20261126T021500", "status": "DONE"}}';
    expect(parseBarman(listed, shown, source).copies[0]?.systemIdentifier).toBeUndefined();
    expect(parseBarman(listed, undefined, source).copies[0]?.systemIdentifier).toBeUndefined();
  });

  test('a server without backups has none; one that it does not know is a failure', () => {
    expect(parseBarman('{"main": []}', undefined, source).copies).toEqual([]);
    expect(reasonOf(() => parseBarman('{"other": []}', undefined, source))).toBe('failed');
    expect(reasonOf(() => parseBarman('{"main": [{"status": "DONE"}]}', undefined, source))).toBe(
      'unreadable',
    );
  });
});

describe('restic', () => {
  const listed = fixture('documented-restic-snapshots.json');

  test('tells snapshots by the database of their tag; an empty one is no backup', () => {
    const { copies, incomplete } = parseRestic(listed, { ...local, databases: undefined });
    expect(copies).toMatchObject([
      {
        datname: 'app',
        finishedAt: at('2026-11-25T02:16:00.123Z'),
        bytes: undefined,
        systemIdentifier: undefined,
      },
      { datname: 'app', finishedAt: at('2026-11-26T01:16:20.5Z'), bytes: 3970793, systemIdentifier: OURS },
    ]);
    expect(incomplete).toBe(1);
  });

  test('one without a tag is of the only database, or of the whole server', () => {
    const text = '[{"time": "2026-11-25T02:16:00Z", "paths": ["/srv"], "hostname": "db"}]';
    expect(parseRestic(text, { ...local, databases: ['app'] }).copies[0]?.datname).toBe('app');
    expect(parseRestic(text, { ...local, databases: ['app', 'b'] }).copies[0]?.datname).toBe('');
    expect(parseRestic(text, { ...local, databases: undefined }).copies[0]?.datname).toBe('');
  });
});

describe('restic with what pgvigil has sent', () => {
  const sent = (...tags: string[]) => ({
    time: '2026-11-25T02:16:00Z',
    tags: ['pgvigil', 'source=nightly', ...tags, `cluster=${OURS}`],
  });
  const parse = (...snapshots: unknown[]) =>
    parseRestic(JSON.stringify(snapshots), { ...local, databases: ['app'] });

  test('knows each by the tags of pgvigil; roles alone are no backup', () => {
    const found = parse(
      sent('datname=app'),
      sent('datname=a%2Cb'),
      sent('datname=physical'),
      sent('datname=globals'),
    );
    expect(found.copies.map(({ datname, systemIdentifier }) => [datname, systemIdentifier])).toEqual([
      ['app', OURS],
      ['a,b', OURS],
      ['', OURS],
    ]);
    expect(found.incomplete).toBe(0);
  });

  test('leaves the same tags of somebody else alone', () => {
    const { copies } = parse({ time: '2026-11-25T02:16:00Z', tags: ['datname=globals', `cluster=${OURS}`] });
    expect(copies).toMatchObject([{ datname: 'app', systemIdentifier: undefined }]);
  });
});

describe('what the tools of today write', () => {
  const RECORDED = '7712692984731590325';
  const stanza = { stanza: 'main', offsiteRepositories: { keys: [2], maxAgeMs: 1 }, ...local };

  test('pgBackRest 2.45', () => {
    const { copies, incomplete } = parsePgBackRest(fixture('pgbackrest-2.45-info.json'), stanza);
    expect(copies.map(({ location, finishedAt, bytes }) => [location, finishedAt, bytes])).toEqual([
      ['local', 1795751293000, 30505112],
      ['offsite', 1795751310000, 30505112],
      ['local', 1795751314000, 30505112],
    ]);
    expect(new Set(copies.map((copy) => copy.systemIdentifier))).toEqual(new Set([RECORDED]));
    expect(incomplete).toBe(0);
    expect(parsePgBackRest(fixture('pgbackrest-2.45-info-none.json'), stanza).copies).toEqual([]);
    const partly = parsePgBackRest(fixture('pgbackrest-2.45-info-unreadable-repository.json'), stanza);
    expect(partly.copies.map(({ location }) => location)).toEqual(['local', 'local']);
    expect(partly.unknown).toEqual(['offsite']);
    expect(() => parsePgBackRest(fixture('pgbackrest-2.45-info-missing.json'), stanza)).toThrow(
      'missing stanza path',
    );
  });

  test('Barman 3.4.0, which does not say of which server a backup is', () => {
    const listed = fixture('barman-3.4.0-list-backups.json');
    const shown = fixture('barman-3.4.0-show-backup.json');
    expect(parseBarman(listed, shown, { barmanServer: 'main', ...local }).copies).toMatchObject([
      { finishedAt: 1795751430000, bytes: 47521010, systemIdentifier: undefined },
    ]);
  });

  test('restic 0.14.0, which tells neither end nor size', () => {
    const listed = fixture('restic-0.14.0-snapshots.json');
    expect(parseRestic(listed, { ...local, databases: undefined }).copies).toMatchObject([
      {
        datname: 'app',
        finishedAt: at('2026-11-27T03:49:34.319Z'),
        bytes: undefined,
        systemIdentifier: RECORDED,
      },
      { datname: '', systemIdentifier: undefined },
    ]);
  });
});
