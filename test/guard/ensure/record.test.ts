import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgePermission } from '../../../src/guard/ensure/permission.ts';
import {
  beforeCreation,
  type IdentityRecord,
  RECORD_EVENTS,
  testify,
  usedAt,
  withSighting,
} from '../../../src/guard/ensure/record.ts';
import { decodeRecord, encodeRecord } from '../../../src/guard/ensure/record-codec.ts';
import { createRecordFile, PERMISSION_FILE } from '../../../src/guard/ensure/record-file.ts';
import { memoryFiles } from '../../kit/memory-files.ts';

const OURS = '7711164505161400930';
const NOW = Date.parse('2026-11-25T03:14:00Z');

const record: IdentityRecord = {
  systemIdentifier: OURS,
  databases: new Map([
    [
      'app',
      { oid: '16384', firstSeenAt: 1000, lastSeenAt: 2000, tables: { tables: 41, nonEmptyTables: 40 } },
    ],
  ]),
  history: [{ at: 1000, event: 'adopted', systemIdentifier: OURS, database: 'app' }],
};

const anyInstant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const anyIdentifier = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
const anyRecord: fc.Arbitrary<IdentityRecord> = fc.record({
  systemIdentifier: anyIdentifier,
  databases: fc
    .array(
      fc.tuple(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '"', "'")),
        fc.record(
          {
            oid: fc.nat().map(String),
            systemIdentifier: anyIdentifier,
            firstSeenAt: anyInstant,
            lastSeenAt: anyInstant,
            tables: fc.option(fc.record({ tables: fc.nat(), nonEmptyTables: fc.nat() }), { nil: undefined }),
          },
          { requiredKeys: ['oid', 'firstSeenAt', 'lastSeenAt', 'tables'] },
        ),
      ),
    )
    .map((entries) => new Map(entries)),
  history: fc.array(
    fc.record(
      {
        at: anyInstant,
        event: fc.constantFrom(...RECORD_EVENTS),
        systemIdentifier: anyIdentifier,
        database: fc.string(),
        permission: fc.string(),
        by: fc.string(),
        reason: fc.string(),
      },
      { requiredKeys: ['at', 'event', 'systemIdentifier'] },
    ),
  ),
});

describe('the text of a record', () => {
  test('gives back what was written, beyond 2^53 and whatever the names', () => {
    fc.assert(
      fc.property(anyRecord, (any) => {
        expect(decodeRecord(encodeRecord(any))).toEqual(any);
      }),
      { numRuns: 500 },
    );
  });

  test('is the one of the documentation', () => {
    expect(encodeRecord(record)).toBe(`{
  "schema": 1,
  "systemIdentifier": "7711164505161400930",
  "databases": {
    "app": {
      "oid": "16384",
      "firstSeen": "1970-01-01T00:00:01.000Z",
      "lastSeen": "1970-01-01T00:00:02.000Z",
      "lastTables": 41,
      "lastNonEmptyTables": 40
    }
  },
  "history": [
    {
      "at": "1970-01-01T00:00:01.000Z",
      "event": "adopted",
      "systemIdentifier": "7711164505161400930",
      "database": "app"
    }
  ]
}
`);
  });

  const whole = encodeRecord(record);
  test.each([
    ['nothing', ''],
    ['half of it', whole.slice(0, whole.length / 2)],
    ['no object', '[]'],
    ['a number for an identifier', whole.replace(`"${OURS}"`, OURS)],
    ['another schema', whole.replace('"schema": 1', '"schema": 2')],
    ['an unknown field', whole.replace('"schema": 1', '"schema": 1, "more": 1')],
    ['no databases', '{"schema":1,"systemIdentifier":"1","history":[]}'],
    ['a time that is none', whole.replace('1970-01-01T00:00:02.000Z', 'yesterday')],
  ])('is refused as %s', (_, text) => {
    expect(() => decodeRecord(text)).toThrow(expect.objectContaining({ name: 'RecordError' }));
  });
});

describe('what a record remembers', () => {
  const sighting = {
    systemIdentifier: OURS,
    datname: 'app',
    oid: '16384',
    tables: { tables: 3, nonEmptyTables: 3 },
  };

  test('is told of a known database, a known server, and not without a record', () => {
    expect(testify('r', { record, datname: 'app' })).toMatchObject({
      says: 'remembers',
      systemIdentifier: OURS,
      database: { oid: '16384', lastSeenAt: 2000, tables: { tables: 41 } },
    });
    expect(testify('r', { record, datname: 'other' })).toMatchObject({
      says: 'remembers',
      database: undefined,
    });
    expect(testify('r', { record: undefined, datname: 'app' })).toEqual({ from: 'r', says: 'nothing' });
  });

  test('is renewed by a sighting, but for the tables of one that has shrunk', () => {
    const seen = (usual: boolean) => withSighting(record, sighting, { now: NOW, usual }).databases.get('app');
    expect(seen(true)).toEqual({
      oid: '16384',
      firstSeenAt: 1000,
      lastSeenAt: NOW,
      tables: { tables: 3, nonEmptyTables: 3 },
    });
    expect(seen(false)?.tables).toEqual({ tables: 41, nonEmptyTables: 40 });
  });

  test('begins anew with another oid, and with another server, whose history goes on', () => {
    const other = withSighting(record, { ...sighting, oid: '5' }, { now: NOW, usual: true });
    expect(other.databases.get('app')).toMatchObject({ oid: '5', firstSeenAt: NOW });
    const moved = withSighting(record, { ...sighting, systemIdentifier: '9' }, { now: NOW, usual: true });
    expect(moved).toMatchObject({ systemIdentifier: '9', history: record.history });
    expect(moved.databases.get('app')).toEqual({
      oid: '16384',
      firstSeenAt: NOW,
      lastSeenAt: NOW,
      tables: sighting.tables,
    });
  });

  const systemIdentifierOf = (from: IdentityRecord, datname: string) => {
    const said = testify('r', { record: from, datname });
    return said.says === 'remembers' ? [said.systemIdentifier, said.database?.oid] : said.says;
  };

  test('of the other databases of a lost cluster goes on, until each is accepted or allowed', () => {
    const app = record.databases.get('app');
    if (app === undefined) throw new Error('unreachable');
    const three = { ...record, databases: new Map([...record.databases, ['b', app], ['c', app]]) };
    const onOther = { ...sighting, systemIdentifier: '9', datname: 'b' };
    const accepted = decodeRecord(encodeRecord(withSighting(three, onOther, { now: NOW, usual: true })));
    expect(systemIdentifierOf(accepted, 'b')).toEqual(['9', '16384']);
    expect(systemIdentifierOf(accepted, 'app')).toEqual([OURS, '16384']);
    expect(systemIdentifierOf(accepted, 'never')).toEqual(['9', undefined]);
    const event = { at: NOW, event: 'creating', systemIdentifier: '9', database: 'c' } as const;
    const allowed = beforeCreation(accepted, event);
    expect(systemIdentifierOf(allowed, 'c')).toEqual(['9', undefined]);
    expect(systemIdentifierOf(allowed, 'app')).toEqual([OURS, '16384']);
    const moved = withSighting(allowed, { ...onOther, systemIdentifier: '10' }, { now: NOW, usual: true });
    expect(systemIdentifierOf(moved, 'app')).toEqual([OURS, '16384']);
    const back = withSighting(moved, { ...sighting, datname: 'd' }, { now: NOW, usual: true });
    expect(systemIdentifierOf(back, 'app')).toEqual([OURS, '16384']);
    expect(back.databases.get('app')).toEqual(app);
    expect(systemIdentifierOf(back, 'b')).toEqual(['10', '16384']);
  });

  test('is without the database before it is created, and written once however often that is tried', () => {
    const event = { at: NOW, event: 'creating', systemIdentifier: OURS, database: 'app' } as const;
    const once = beforeCreation(record, event);
    expect(once.databases.size).toBe(0);
    expect(once.history).toEqual([...record.history, event]);
    expect(beforeCreation(once, { ...event, at: NOW + 1 }).history).toEqual(once.history);
  });
});

describe('a permission', () => {
  const creation = { systemIdentifier: OURS, datname: 'app' };
  const judge = (
    file: string | undefined,
    variable: string | undefined,
    from: IdentityRecord | undefined = record,
  ) => judgePermission({ file, variable }, creation, from);

  test.each<[string, string | undefined, string | undefined, object]>([
    ['none', undefined, undefined, { given: false, why: undefined }],
    ['an empty variable', undefined, '', { given: false, why: undefined }],
    ['the name', undefined, 'app', { given: true, by: 'variable' }],
    ['the system identifier', undefined, OURS, { given: true, by: 'variable' }],
    ['a file, before the variable', OURS, 'app', { given: true, by: 'file' }],
    ['a file with another word, and a variable', 'x', 'app', { given: true, by: 'variable' }],
    ['true', undefined, 'true', { given: false, why: expect.stringContaining('names neither') }],
    ['another name', undefined, 'App', { given: false }],
    ['a neighbour of the identifier', undefined, '7711164505161400931', { given: false }],
    ['an empty file', '', undefined, { given: false, why: expect.stringContaining('names neither') }],
  ])('%s', (_, file, variable, expected) => {
    expect(judge(file, variable)).toMatchObject(expected);
  });

  test('in the environment counts once', () => {
    const event = {
      at: NOW,
      event: 'creating',
      systemIdentifier: OURS,
      database: 'app',
      permission: 'app',
    } as const;
    const after = beforeCreation(record, event);
    expect(usedAt(after, 'app')).toBe(NOW);
    expect(judge(undefined, 'app', after)).toMatchObject({
      given: false,
      why: expect.stringContaining('used up at 2026-11-25T03:14:00.000Z'),
    });
    expect(judge('app', 'app', after)).toMatchObject({ given: true, by: 'file' });
  });

  test('in the environment never counts where its use cannot be written down', () => {
    expect(judgePermission({ file: undefined, variable: 'app' }, creation, undefined)).toMatchObject({
      given: false,
    });
  });
});

describe('the file of a record', () => {
  const open = (files = memoryFiles(), misplaced?: string) =>
    createRecordFile({ files, name: 'identity.json', place: async () => misplaced });

  test('is none, read, or unreadable, which is never none', async () => {
    const files = memoryFiles();
    expect(await open(files).load()).toEqual({ state: 'none' });
    await open(files).save(record);
    expect(await open(files).load()).toEqual({ state: 'read', record });
    expect(await open(files, 'it is in the container').load()).toEqual({
      state: 'unreadable',
      why: 'it is in the container',
    });
    files.fail('EACCES');
    expect(await open(files).load()).toMatchObject({
      state: 'unreadable',
      why: expect.stringContaining('/made/up'),
    });
  });

  test.each([
    ['empty', ''],
    ['cut off', encodeRecord(record).slice(0, 50)],
    ['no UTF-8', '\u00ff'],
  ])('is unreadable when it is %s', async (_, text) => {
    const files = memoryFiles(new Map([['identity.json', Buffer.from(text, 'latin1')]]));
    expect(await open(files).load()).toMatchObject({ state: 'unreadable' });
  });

  test('is the previous one where only that is left', async () => {
    const files = memoryFiles(new Map([['identity.previous.json', Buffer.from(encodeRecord(record))]]));
    expect(await open(files).load()).toEqual({ state: 'read', record });
  });

  test('takes a permission away', async () => {
    const files = memoryFiles(new Map([[PERMISSION_FILE, Buffer.from(' app\n')]]));
    expect(await open(files).permission()).toBe('app');
    expect(await open(files).usePermission('1')).toBe(true);
    expect(await open(files).permission()).toBeUndefined();
    expect(await open(files).usePermission('2')).toBe(false);
    expect(files.contents.has(`${PERMISSION_FILE}.used-1`)).toBe(true);
  });
});
