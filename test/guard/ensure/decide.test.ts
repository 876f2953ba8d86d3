import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BackupEvidence,
  type DatabaseNow,
  type Decision,
  decide,
  type Facts,
  type Testimony,
} from '../../../src/guard/ensure/decide.ts';

/** Beyond 2^53, and apart by less than a JavaScript number can tell. */
const OURS = '7711164505161400930';
const OTHER = '7711164505161400931';
const OID = '16384';

const nothing: Testimony = { from: 'record', says: 'nothing' };
const deaf: Testimony = { from: 'report', says: 'unknown', why: 'no answer', worthWaiting: true };
const remembers = (more: {
  systemIdentifier?: string | undefined;
  oid?: string | undefined;
  replaced?: boolean;
  tables?: { tables: number; nonEmptyTables: number };
}): Testimony => ({
  from: 'record',
  says: 'remembers',
  systemIdentifier: 'systemIdentifier' in more ? more.systemIdentifier : OURS,
  database: {
    oid: 'oid' in more ? more.oid : OID,
    replaced: more.replaced ?? false,
    lastSeenAt: 0,
    tables: more.tables,
  },
});
const serverOnly = (systemIdentifier: string | undefined): Testimony => ({
  from: 'record',
  says: 'remembers',
  systemIdentifier,
  database: undefined,
});

const missing: DatabaseNow = { state: 'missing' };
const there = (oid = OID, tables: number | 'not counted' = 41): DatabaseNow => ({
  state: 'present',
  oid,
  tables: tables === 'not counted' ? undefined : { tables, nonEmptyTables: tables },
});
const noBackups: BackupEvidence = { says: 'none' };
const someBackups: BackupEvidence = { says: 'some', newest: 'app-2026-11-25.dump' };

const facts = (
  memory: readonly Testimony[],
  database: DatabaseNow,
  more: Partial<Facts> & { systemIdentifier?: string | undefined } = {},
): Facts => ({
  server: {
    reachable: true,
    systemIdentifier: 'systemIdentifier' in more ? more.systemIdentifier : OURS,
    database,
  },
  memory,
  backups: more.backups ?? noBackups,
  permitted: more.permitted ?? false,
});

const create = { action: 'create', permitted: false };
const adopt = { action: 'adopt' };
const proceed = { action: 'proceed', shrunk: false };
const refused = (because: string) => expect.objectContaining({ action: 'refuse', because });
const unknown = expect.objectContaining({ action: 'unknown' });

describe('the table', () => {
  test.each<[string, Facts, unknown]>([
    ['1 nothing known, missing', facts([nothing], missing), create],
    ['1 by nobody', facts([nothing, nothing], missing), create],
    ['1 the server is known, this database never was', facts([serverOnly(OURS)], missing), create],
    ['2 nothing known, there', facts([nothing], there()), adopt],
    ['2 nothing known, there and empty', facts([nothing], there(OID, 0)), adopt],
    ['2 with backups, and with data', facts([nothing], there(), { backups: someBackups }), adopt],
    [
      '3 backups, missing',
      facts([nothing], missing, { backups: someBackups }),
      { action: 'refuse', because: 'backups_exist', from: 'app-2026-11-25.dump' },
    ],
    ['3 backups, empty', facts([nothing], there(OID, 0), { backups: someBackups }), refused('backups_exist')],
    [
      '3 backups, not counted',
      facts([nothing], there(OID, 'not counted'), { backups: someBackups }),
      refused('backups_exist'),
    ],
    [
      '3 on a known server',
      facts([serverOnly(OURS)], missing, { backups: someBackups }),
      refused('backups_exist'),
    ],
    ['4 the same', facts([remembers({})], there()), proceed],
    ['4 with backups', facts([remembers({})], there(), { backups: someBackups }), proceed],
    ['4 one knows it, the other is new', facts([nothing, remembers({})], there()), proceed],
    ['4 one knows it, the other is deaf', facts([deaf, remembers({})], there()), proceed],
    [
      '5 the same server, missing',
      facts([remembers({})], missing),
      { action: 'refuse', because: 'database_dropped', from: 'record' },
    ],
    [
      '5 with backups',
      facts([remembers({})], missing, { backups: someBackups }),
      refused('database_dropped'),
    ],
    [
      '5 only the name is known',
      facts([remembers({ oid: undefined })], missing),
      refused('database_dropped'),
    ],
    [
      '5 known by one whose cluster is not known',
      facts([remembers({ systemIdentifier: undefined })], missing),
      refused('database_dropped'),
    ],
    ['5 the other is deaf', facts([deaf, remembers({})], missing), refused('database_dropped')],
    [
      '6 another server, missing',
      facts([remembers({ systemIdentifier: OTHER })], missing),
      refused('server_replaced'),
    ],
    [
      '6 another server, there',
      facts([remembers({ systemIdentifier: OTHER })], there()),
      refused('server_replaced'),
    ],
    ['6 another server, database not known', facts([serverOnly(OTHER)], missing), refused('server_replaced')],
    [
      '6 comes before everything',
      facts([nothing, remembers({ oid: '1' }), serverOnly(OTHER)], there(), { backups: someBackups }),
      refused('server_replaced'),
    ],
    ['7 another oid', facts([remembers({ oid: '16411' })], there('16680')), refused('database_recreated')],
    [
      '7 replaced, says the one who looks',
      facts([remembers({ replaced: true })], there()),
      refused('database_recreated'),
    ],
    [
      '7 one says the same, one another',
      facts([remembers({}), remembers({ oid: '1' })], there()),
      refused('database_recreated'),
    ],
    [
      '8 far fewer tables',
      facts([remembers({ tables: { tables: 41, nonEmptyTables: 40 } })], there(OID, 20)),
      { action: 'proceed', shrunk: true },
    ],
    [
      '8 emptied',
      facts([remembers({ tables: { tables: 41, nonEmptyTables: 40 } })], there(OID, 0)),
      { action: 'proceed', shrunk: true },
    ],
    [
      '8 not counted',
      facts([remembers({ tables: { tables: 41, nonEmptyTables: 40 } })], there(OID, 'not counted')),
      proceed,
    ],
    [
      '9 unreachable',
      { ...facts([nothing], missing), server: { reachable: false, why: 'refused', worthWaiting: true } },
      { action: 'unknown', why: 'refused', worthWaiting: true },
    ],
    [
      '9 the identity of the server cannot be read',
      facts([nothing], missing, { systemIdentifier: undefined }),
      unknown,
    ],
    [
      '9 the database cannot be entered',
      facts([remembers({})], { state: 'unreadable', why: 'XX001', worthWaiting: false }),
      unknown,
    ],
    [
      '9 nobody can be asked',
      facts([deaf], missing),
      { action: 'unknown', why: 'report: no answer', worthWaiting: true },
    ],
    ['9 nobody can be asked, there', facts([deaf], there()), unknown],
    ['9 one is deaf, the other knows the server only', facts([deaf, serverOnly(OURS)], missing), unknown],
    ['9 nobody is there to be asked', facts([], missing), unknown],
    ['9 a memory without a cluster', facts([remembers({ systemIdentifier: undefined })], there()), unknown],
    [
      '9 only the name is known, there',
      facts([remembers({ oid: undefined })], there()),
      expect.objectContaining({ action: 'unknown', worthWaiting: true }),
    ],
    [
      '9 by one only the name, by the other nothing',
      facts([nothing, remembers({ oid: undefined })], there()),
      unknown,
    ],
    [
      '9 backups cannot be listed',
      facts([nothing], missing, { backups: { says: 'unknown', why: 'EIO' } }),
      unknown,
    ],
  ])('%s', (_, given, decision) => {
    expect(decide(given)).toEqual(decision);
  });

  test.each<[string, Facts, unknown]>([
    ['a creation over backups', facts([nothing], missing, { backups: someBackups, permitted: true }), true],
    ['a creation after a drop', facts([remembers({})], missing, { permitted: true }), true],
    ['a creation in another cluster', facts([serverOnly(OTHER)], missing, { permitted: true }), true],
    [
      'nothing that is there already',
      facts([remembers({ systemIdentifier: OTHER })], there(), { permitted: true }),
      false,
    ],
    ['nothing while nobody can be asked', facts([deaf], missing, { permitted: true }), false],
    [
      'nothing without an identity',
      facts([nothing], missing, { permitted: true, systemIdentifier: undefined }),
      false,
    ],
  ])('a permission allows %s', (_, given, allowed) => {
    expect(decide(given).action === 'create').toBe(allowed);
  });
});

const anyIdentifier = fc.constantFrom(OURS, OTHER, undefined);
const anyOid = fc.constantFrom('16384', '16385', undefined);
const anyCount = fc.option(fc.record({ tables: fc.nat(50), nonEmptyTables: fc.nat(50) }), { nil: undefined });
const anyTestimony: fc.Arbitrary<Testimony> = fc.oneof(
  fc.constant(nothing),
  fc.constant(deaf),
  fc.record({
    from: fc.constantFrom('record', 'report'),
    says: fc.constant('remembers' as const),
    systemIdentifier: anyIdentifier,
    database: fc.option(
      fc.record({ oid: anyOid, replaced: fc.boolean(), lastSeenAt: fc.constant(0), tables: anyCount }),
      { nil: undefined },
    ),
  }),
);
const anyDatabase: fc.Arbitrary<DatabaseNow> = fc.oneof(
  fc.constant(missing),
  fc.record({
    state: fc.constant('present' as const),
    oid: fc.constantFrom('16384', '16385'),
    tables: anyCount,
  }),
  fc.record({ state: fc.constant('unreadable' as const), why: fc.string(), worthWaiting: fc.boolean() }),
);
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  server: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ reachable: false as const, why: 'down', worthWaiting: true }) },
    {
      weight: 9,
      arbitrary: fc.record({
        reachable: fc.constant(true as const),
        systemIdentifier: anyIdentifier,
        database: anyDatabase,
      }),
    },
  ),
  memory: fc.array(anyTestimony, { maxLength: 3 }),
  backups: fc.constantFrom<BackupEvidence>(noBackups, someBackups, { says: 'unknown', why: 'EIO' }),
  permitted: fc.boolean(),
});

/** That this database, or another cluster in its place, was there before; or that nobody can say that it was not. */
function mayHaveBeenThere({ server, memory, backups }: Facts): boolean {
  if (!server.reachable || server.systemIdentifier === undefined || memory.length === 0) return true;
  if (backups.says !== 'none') return true;
  return memory.some((one) => {
    if (one.says === 'nothing') return false;
    return (
      one.says === 'unknown' || one.database !== undefined || one.systemIdentifier !== server.systemIdentifier
    );
  });
}

describe('whatever is known', () => {
  const always = (holds: (given: Facts, decision: Decision) => boolean): void =>
    fc.assert(
      fc.property(anyFacts, (given) => holds(given, decide(given))),
      { numRuns: 20_000 },
    );

  test('nothing is created where something may have been, without a permission', () => {
    always((given, { action }) => action !== 'create' || given.permitted || !mayHaveBeenThere(given));
  });

  test('nothing is created but what is verified missing, on a server whose identity is known', () => {
    always(
      ({ server }, { action }) =>
        action !== 'create' ||
        (server.reachable && server.database.state === 'missing' && server.systemIdentifier !== undefined),
    );
  });

  test('a permission is only said to be used where one was needed', () => {
    always((given, decision) => {
      if (decision.action !== 'create' || !decision.permitted) return true;
      return given.permitted && decide({ ...given, permitted: false }).action === 'refuse';
    });
  });

  test('a permission changes nothing but a refusal', () => {
    always((given, { action }) => {
      const without = decide({ ...given, permitted: false });
      return without.action === 'refuse' || without.action === action;
    });
  });

  test('it goes on with a database only if somebody knows this very one and nobody another', () => {
    always(({ server, memory }, { action }) => {
      if (action !== 'proceed') return true;
      if (!server.reachable || server.database.state !== 'present') return false;
      const { systemIdentifier, database } = server;
      const known = memory.flatMap((one) => (one.says === 'remembers' ? [one] : []));
      return (
        known.some(
          (one) => one.systemIdentifier === systemIdentifier && one.database?.oid === database.oid,
        ) &&
        known.every(
          (one) => one.systemIdentifier === systemIdentifier || one.systemIdentifier === undefined,
        ) &&
        known.every((one) => one.database?.oid === undefined || one.database.oid === database.oid)
      );
    });
  });

  test('nothing is taken on record of which somebody knew the name', () => {
    always(
      ({ memory }, { action }) =>
        action !== 'adopt' || memory.every((one) => one.says !== 'remembers' || one.database === undefined),
    );
  });

  test('the order in which they are asked changes no action', () => {
    always(
      (given, { action }) => decide({ ...given, memory: [...given.memory].reverse() }).action === action,
    );
  });
});
