import { describe, expect, test } from 'vitest';
import type { DatabaseNow, Testimony } from '../../../src/guard/ensure/decide.ts';
import { type EnsureOptions, ensure } from '../../../src/guard/ensure/ensure.ts';
import { decodeRecord } from '../../../src/guard/ensure/record-codec.ts';
import { createRecordFile } from '../../../src/guard/ensure/record-file.ts';
import { type LockedSession, ServerFailure } from '../../../src/guard/ensure/server.ts';
import type { HappeningKind } from '../../../src/model/journal.ts';
import { handClock } from '../../kit/clock.ts';
import { type MemoryFiles, memoryFiles } from '../../kit/memory-files.ts';

const OURS = '7711164505161400930';
const there: DatabaseNow = { state: 'present', oid: '16384', tables: { tables: 3, nonEmptyTables: 3 } };
const missing: DatabaseNow = { state: 'missing' };

/** A server that is made up, with one database. */
function world(database: DatabaseNow, files: MemoryFiles = memoryFiles()) {
  const clock = handClock();
  const said: string[] = [];
  const kinds: HappeningKind[] = [];
  const state = { database, created: 0, busy: 0, misplaced: undefined as string | undefined };
  const session: LockedSession = {
    systemIdentifier: async () => OURS,
    database: async () => state.database,
    create: async () => {
      if (state.busy > 0) {
        state.busy -= 1;
        throw new ServerFailure('template0 is being accessed', true);
      }
      state.created += 1;
      state.database = { state: 'present', oid: '16400', tables: { tables: 0, nonEmptyTables: 0 } };
      return 'created';
    },
    close: async () => {},
  };
  const run = (more: Partial<EnsureOptions> = {}) =>
    ensure({
      datname: 'app',
      owner: undefined,
      server: { enter: async () => session, stop: async () => {} },
      record: createRecordFile({ files, name: 'identity.json', place: async () => state.misplaced }),
      report: undefined,
      backups: async () => ({ says: 'none' }),
      allowed: undefined,
      accept: undefined,
      waitMs: 0,
      clock,
      tell: ({ kind }) => kinds.push(kind),
      warn: (text) => said.push(text),
      waiting: (why) => said.push(why),
      ...more,
    });
  const record = () => decodeRecord(Buffer.from(files.contents.get('identity.json') ?? []).toString());
  return { run, files, state, session, said, kinds, record, clock };
}

const remembers =
  (oid = '16384') =>
  async (): Promise<Testimony> => ({
    from: 'report',
    says: 'remembers',
    systemIdentifier: OURS,
    database: { oid, replaced: false, lastSeenAt: 0, tables: undefined },
  });

describe('a record that cannot be used', () => {
  const damaged = () => memoryFiles(new Map([['identity.json', Buffer.from('{"schema": 1, ')]]));

  test.each([
    ['damaged', damaged(), undefined],
    ['in the wrong place', memoryFiles(), 'it is in the container'],
  ])('%s stays as it is where a running pgvigil knows the database', async (_, files, misplaced) => {
    const { run, state, said, kinds } = world(there, files);
    state.misplaced = misplaced;
    const before = new Map(files.contents);
    expect(await run({ report: remembers() })).toEqual({ result: 'ready' });
    expect(kinds).toEqual(['database_verified']);
    expect(said).toEqual([expect.stringContaining('stays as it is')]);
    expect(files.writes).toEqual([]);
    expect(files.contents).toEqual(before);
  });

  test.each([
    ['a variable', { allowed: 'app' }, damaged()],
    ['a file', {}, damaged()],
  ])('grants nothing by %s, and creates nothing', async (_, more, files) => {
    files.contents.set('allow-create', Buffer.from('app'));
    const { run, state } = world(missing, files);
    const refused = await run({ ...more, report: remembers() });
    expect(refused).toMatchObject({ result: 'refused', exit: 21, refused: { permission: { given: false } } });
    expect(await run(more)).toMatchObject({ result: 'unknown', exit: 30 });
    expect(state.created).toBe(0);
    expect(files.contents.has('allow-create')).toBe(true);
  });
});

test('each database of a lost cluster is refused (22) until it is accepted itself, whatever its oid', async () => {
  const lost = { oid: '16384', firstSeen: '2026-01-01T00:00:00Z', lastSeen: '2026-01-01T00:00:00Z' };
  const text = { schema: 1, systemIdentifier: '7', databases: { app: lost, other: lost }, history: [] };
  const files = memoryFiles(new Map([['identity.json', Buffer.from(JSON.stringify(text))]]));
  const { run, record } = world(there, files);
  const accept = { by: 'a test', reason: 'restored' };
  expect(await run()).toMatchObject({ exit: 22 });
  expect(await run({ accept })).toEqual({ result: 'ready' });
  expect(await run({ datname: 'other' })).toMatchObject({ exit: 22 });
  expect(record().databases.get('other')).toMatchObject({ systemIdentifier: '7' });
  expect(await run({ datname: 'other', accept })).toEqual({ result: 'ready' });
  expect(await run({ datname: 'other' })).toEqual({ result: 'ready' });
  expect(record().databases.get('other')?.systemIdentifier).toBeUndefined();
});

test('a file of permission that another one took meanwhile was not given', async () => {
  const files = memoryFiles(new Map([['allow-create', Buffer.from('app')]]));
  const { run, state, record } = world(there, files);
  await run();
  state.database = missing;
  const taken = { ...files, setAside: async () => files.contents.delete('allow-create') && false };
  const place = async () => undefined;
  const file = createRecordFile({ files: taken, name: 'identity.json', place });
  expect(await run({ record: file })).toMatchObject({ exit: 21 });
  expect(state.created).toBe(0);
  expect(record().databases.get('app')?.oid).toBe('16384');
});

describe('a permission', () => {
  const dropped = async (): Promise<Testimony> => remembers('16399')();

  test.each([
    ['by a variable', { allowed: 'app' }, memoryFiles()],
    ['by a file', {}, memoryFiles(new Map([['allow-create', Buffer.from('app')]]))],
  ])('%s counts until the creation that only has to be repeated is done', async (_, more, files) => {
    const { run, state, record } = world(missing, files);
    state.busy = 2;
    const waiting = { report: dropped, waitMs: 60_000 };
    expect(await run({ ...more, ...waiting })).toEqual({ result: 'ready' });
    expect(state.created).toBe(1);
    expect(record().history.map(({ event }) => event)).toEqual(['creating', 'created']);
    state.database = missing;
    expect(await run({ ...more, ...waiting })).toMatchObject({ exit: 21 });
    expect(state.created).toBe(1);
  });

  test('does not outlive the one who used it up', async () => {
    const { run, state } = world(missing);
    state.busy = 1;
    const more = { allowed: 'app', report: dropped };
    expect(await run(more)).toMatchObject({ exit: 30 });
    expect(await run(more)).toMatchObject({ exit: 21 });
    expect(state.created).toBe(0);
  });
});

test('what was created is on record before it is told, and told where the record fails', async () => {
  const { run, files, state, record } = world(missing);
  const onRecord: boolean[] = [];
  const tell: EnsureOptions['tell'] = () => onRecord.push(record().databases.has('app'));
  expect(await run({ tell })).toEqual({ result: 'ready' });
  expect(onRecord).toEqual([true]);

  const full = world(missing);
  const create = full.session.create;
  Object.assign(full.session, {
    create: async () => {
      full.files.fail('ENOSPC');
      return create(undefined);
    },
  });
  expect(await full.run()).toMatchObject({ result: 'failed', exit: 1 });
  expect(full.kinds).toEqual(['database_created', 'creation_failed']);
  expect([state.created, full.state.created]).toEqual([1, 1]);
  expect(files.contents.has('identity.json')).toBe(true);
});
