import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowError } from '../../../src/observe/postgres/failure.ts';
import {
  catalogRows,
  identityRights,
  instant,
  serverFacts,
  tablesFacts,
} from '../../../src/observe/postgres/rows.ts';
import type { Row } from '../../../src/observe/postgres/session.ts';

const SERVER: Row = [
  'pgvigil',
  'f',
  '3',
  't',
  'f',
  't',
  'f',
  '15.18 (Debian 15.18-0+deb12u1)',
  '150018',
  'f',
  '1700000000.123456',
  '100',
  '/var/lib/postgresql/data',
];
const BESIDE = {
  identity: { systemIdentifier: '7711161441652576274', timeline: 1, checkpointAt: undefined },
  remoteAddress: '10.0.0.1',
  expected: ['shut', 'app'],
};

describe('rows', () => {
  test('a row of facts and rows of databases become facts', () => {
    const databases = [
      ['5', 'app', '2', '7', 't'],
      ['6', 'shut', '1', null, 'f'],
      ['7', 'else', '0', null, 'f'],
    ];
    expect(serverFacts(SERVER, databases, BESIDE)).toEqual({
      ...BESIDE.identity,
      startedAt: 1_700_000_000_123,
      inRecovery: false,
      connections: 3,
      maxConnections: 100,
      remoteAddress: '10.0.0.1',
      version: '15.18',
      versionNumber: 150018,
      dataDirectory: '/var/lib/postgresql/data',
      role: {
        name: 'pgvigil',
        superuser: false,
        connectionLimit: 3,
        missingGrants: [
          'GRANT pg_read_all_stats TO pgvigil',
          'GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_checkpoint() TO pgvigil',
          'GRANT CONNECT ON DATABASE shut TO pgvigil',
        ],
      },
      statistics: [
        { oid: 5, datname: 'app', connections: 2, checksumFailures: 7, mayConnect: true },
        { oid: 6, datname: 'shut', connections: 1, checksumFailures: undefined, mayConnect: false },
        { oid: 7, datname: 'else', connections: 0, checksumFailures: undefined, mayConnect: false },
      ],
    });
  });

  test('what may not be read is unknown', () => {
    const hidden = SERVER.map((value, column) => (column === 12 ? null : value));
    expect(serverFacts(hidden, [], BESIDE).dataDirectory).toBeUndefined();
    expect(identityRights(SERVER)).toEqual({ controlSystem: true, controlCheckpoint: false });
  });

  test('the list of databases, with an interrupted drop in it', () => {
    expect(
      catalogRows([
        ['1', 'template1', 't', 't', '-1'],
        ['16390', 'app', 'f', 'f', '-2'],
      ]),
    ).toEqual([
      {
        oid: 1,
        datname: 'template1',
        isTemplate: true,
        allowsConnections: true,
        connectionLimit: -1,
        isBeingDropped: false,
      },
      {
        oid: 16390,
        datname: 'app',
        isTemplate: false,
        allowsConnections: false,
        connectionLimit: -2,
        isBeingDropped: false,
      },
    ]);
  });

  test('oids use all 32 bits', () => {
    expect(catalogRows([['4294967295', 'x', 'f', 't', '-1']])[0]?.oid).toBe(4294967295);
  });

  test('names that cannot be told apart after decoding get their oid', () => {
    const rows = catalogRows([
      ['1', 'caf\ufffd', 'f', 't', '-1'],
      ['2', 'caf\ufffd', 'f', 't', '-1'],
    ]);
    expect(rows.map((row) => row.datname)).toEqual(['caf\ufffd', 'caf\ufffd (oid 2)']);
  });

  test.each([
    ['all looked at', ['7', '4', '3', '3', '2'], { tables: 7, nonEmptyTables: 6 }],
    ['no tables', ['0', '0', '0', '0', '0'], { tables: 0, nonEmptyTables: 0 }],
    ['one went meanwhile', ['7', '4', '3', '2', '2'], { tables: 6, nonEmptyTables: 6 }],
    ['all looked at went meanwhile', ['7', '4', '3', '0', '0'], { tables: 4, nonEmptyTables: 4 }],
    [
      'a sample stands for all',
      ['10100', '100', '1000', '1000', '250'],
      { tables: 10100, nonEmptyTables: 2600 },
    ],
    ['an emptied sample', ['10000', '0', '1000', '1000', '0'], { tables: 10000, nonEmptyTables: 0 }],
  ])('tables: %s', (_, row, facts) => {
    expect(tablesFacts(row)).toEqual(facts);
  });

  test('never more tables with data than tables, and exact where every file was looked at', () => {
    const counts = fc.record({
      filled: fc.nat(5000),
      empty: fc.nat(5000),
      gone: fc.nat(20),
      full: fc.nat(1000),
    });
    fc.assert(
      fc.property(counts, ({ filled, empty, gone, full }) => {
        const looked = Math.min(empty, 1000);
        const there = Math.max(0, looked - gone);
        const hits = Math.min(full, there);
        const facts = tablesFacts([filled + empty, filled, looked, there, hits].map(String));
        expect(facts.nonEmptyTables).toBeGreaterThanOrEqual(filled);
        expect(facts.nonEmptyTables).toBeLessThanOrEqual(facts.tables);
        if (empty <= 1000) expect(facts.nonEmptyTables).toBe(filled + hits);
      }),
    );
  });

  test.each([[undefined], [[]], [['1', '1', null, '0', '0']], [['1', '1', 'x', '0', '0']]])(
    'tables: %j is no count',
    (row) => {
      expect(() => tablesFacts(row)).toThrow(RowError);
    },
  );

  test('an answer that makes no sense is an error of its own kind, never a number', () => {
    const column = fc.option(fc.string(), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.array(column)), (rows) => {
        try {
          const [first] = catalogRows(rows);
          if (first)
            expect(Number.isSafeInteger(first.oid) && Number.isSafeInteger(first.connectionLimit)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RowError);
        }
      }),
    );
    expect(() => serverFacts(undefined, [], BESIDE)).toThrow(RowError);
    expect(() => catalogRows([['', 'x', 'f', 't', '-1']])).toThrow(RowError);
  });

  test.each([
    ['1700000000.123456', 1_700_000_000_123],
    ['0', 0],
    [null, undefined],
    [undefined, undefined],
    ['infinity', undefined],
  ])('instant of %s', (value, expected) => {
    expect(instant(value)).toBe(expected);
  });
});
