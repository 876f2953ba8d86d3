import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EMPTY_HISTORY, type History } from '../../src/model/history.ts';
import { decodeHistory, encodeHistory } from '../../src/remember/codec.ts';
import { createLedger } from '../../src/remember/ledger.ts';
import { handClock } from '../kit/clock.ts';
import { databaseMemory, historyOf } from '../kit/histories.ts';
import { listLog } from '../kit/list-log.ts';
import { memoryFiles } from '../kit/memory-files.ts';

const bytesOf = (history: History) => new TextEncoder().encode(encodeHistory(history));
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const one = historyOf({ one: { source: 'learned' } });
const two = historyOf({ one: { source: 'learned' }, two: {} });

function setUp(contents: Record<string, Uint8Array> = {}, recovered?: (history: History) => void) {
  const files = memoryFiles(new Map(Object.entries(contents)));
  const clock = handClock();
  const log = listLog();
  const ledger = createLedger({ files, clock, log, ...(recovered && { recovered }) });
  const complaints = () => log.lines.filter((line) => line.level === 'error').map((line) => line.message);
  const onDisk = () => decodeHistory(textOf(files.contents.get('ledger.json')));
  return { files, clock, log, ledger, complaints, onDisk };
}

describe('loading a ledger', () => {
  test('without a file begins with nothing, and that is no damage', async () => {
    const { ledger } = setUp();
    expect(await ledger.load()).toEqual({ history: EMPTY_HISTORY, corrupt: false, source: 'none' });
    expect(ledger.durable()).toBe(true);
  });

  test('gives what was saved', async () => {
    const { ledger } = setUp({ 'ledger.json': bytesOf(two) });
    expect(await ledger.load()).toEqual({ history: two, corrupt: false, source: 'current' });
  });

  test.each([
    ['empty', new Uint8Array()],
    ['zeros', new Uint8Array(4096)],
    ['truncated', bytesOf(two).slice(0, -20)],
    ['of a later version', Buffer.from(encodeHistory(two).replace('"version":1', '"version":2'))],
    ['not UTF-8', Buffer.concat([bytesOf(two).slice(0, -9), Buffer.from([0xff, 0xfe])])],
  ])('a current file that is %s is put aside and the previous one is used', async (_, bytes) => {
    const { ledger, files, complaints } = setUp({
      'ledger.json': bytes,
      'ledger.previous.json': bytesOf(one),
    });
    expect(await ledger.load()).toEqual({ history: one, corrupt: true, source: 'previous' });
    expect(files.contents.get('ledger.corrupt-20261123T000000000Z.json')).toEqual(bytes);
    expect(files.contents.has('ledger.json')).toBe(false);
    expect(complaints()).toHaveLength(1);
  });

  test('two damaged files are both kept for a person', async () => {
    const { ledger, files } = setUp({
      'ledger.json': Buffer.from('x'),
      'ledger.previous.json': Buffer.from('y'),
    });
    expect(await ledger.load()).toEqual({ history: EMPTY_HISTORY, corrupt: true, source: 'none' });
    expect([...files.contents.keys()].sort()).toEqual([
      'ledger.corrupt-20261123T000000000Z.json',
      'ledger.previous.corrupt-20261123T000000000Z.json',
    ]);
  });

  test('a damaged file that cannot be put aside yet is never overwritten', async () => {
    const { ledger, files, onDisk } = setUp({ 'ledger.json': Buffer.from('x') });
    const setAside = files.setAside;
    let writable = false;
    Object.assign(files, {
      setAside: (name: string, as: string) =>
        writable ? setAside(name, as) : Promise.reject(new Error('no')),
    });
    expect((await ledger.load()).corrupt).toBe(true);
    ledger.save(one);
    expect(await ledger.flush(100)).toBe(false);
    expect(textOf(files.contents.get('ledger.json'))).toBe('x');
    writable = true;
    expect(await ledger.flush(100)).toBe(true);
    expect(textOf(files.contents.get('ledger.corrupt-20261123T000000000Z.json'))).toBe('x');
    expect(onDisk()).toEqual(one);
  });

  test('a silent disk gives an empty history in time, and says so', async () => {
    const { ledger, files, complaints } = setUp({ 'ledger.json': bytesOf(two) });
    files.hang(true);
    const startedAt = performance.now();
    expect(await ledger.load(50)).toEqual({ history: EMPTY_HISTORY, corrupt: false, source: 'none' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(ledger.durable()).toBe(false);
    expect(complaints()[0]).toContain('the filesystem of /made/up does not answer');
  });

  test('what a silent disk held is merged into what is saved later', async () => {
    const { ledger, files, onDisk } = setUp({ 'ledger.json': bytesOf(one) });
    files.fail('STUCK');
    expect((await ledger.load()).source).toBe('none');
    files.fail(undefined);
    ledger.save(historyOf({ two: {} }));
    expect(await ledger.flush(100)).toBe(true);
    ledger.save(historyOf({ two: {}, three: {} }));
    expect(await ledger.flush(100)).toBe(true);
    expect([...(onDisk().servers.get('main')?.databases.keys() ?? [])].sort()).toEqual([
      'one',
      'three',
      'two',
    ]);
  });

  test('what a silent disk held is handed to the one who asked for it', async () => {
    const late: History[] = [];
    const { ledger, files, onDisk } = setUp(
      { 'ledger.json': bytesOf(one) },
      (history) => void late.push(history),
    );
    files.fail('EACCES');
    await ledger.load();
    files.fail(undefined);
    ledger.save(historyOf({ two: {} }));
    expect(await ledger.flush(100)).toBe(true);
    expect(late).toEqual([one]);
    // Whoever takes it in does so at the next save; what was written before that holds both.
    expect([...(onDisk().servers.get('main')?.databases.keys() ?? [])].sort()).toEqual(['one', 'two']);
    ledger.save(two);
    expect(await ledger.flush(100)).toBe(true);
    expect(onDisk()).toEqual(two);
  });
});

describe('saving a ledger', () => {
  test('keeps the generation before', async () => {
    const { ledger, files, onDisk } = setUp();
    for (const history of [one, two]) {
      ledger.save(history);
      expect(await ledger.flush(1_000)).toBe(true);
    }
    expect(onDisk()).toEqual(two);
    expect(decodeHistory(textOf(files.contents.get('ledger.previous.json')))).toEqual(one);
  });

  test('a hundred saves at once are few writes, and the latest wins', async () => {
    const { ledger, files, onDisk } = setUp();
    for (let n = 1; n <= 100; n += 1) ledger.save(historyOf({ [`db${n}`]: {} }));
    expect(await ledger.flush(1_000)).toBe(true);
    expect(files.writes.length).toBeLessThanOrEqual(3);
    expect([...(onDisk().servers.get('main')?.databases.keys() ?? [])]).toEqual(['db100']);
  });

  test('times of the last look alone are written every five minutes', async () => {
    const { ledger, files, clock } = setUp();
    ledger.save(one);
    expect(await ledger.flush(100)).toBe(true);
    for (let second = 1; second <= 600; second += 1) {
      clock.advance(1_000);
      ledger.save(historyOf({ one: { source: 'learned', seenMs: second } }));
      await sleep(0);
    }
    expect(files.writes).toHaveLength(3);
    ledger.save(historyOf({ one: { source: 'learned', missingSince: 1 } }));
    await sleep(0);
    expect(files.writes).toHaveLength(4);
  });

  test('what goes to the journal is written at once', async () => {
    const { ledger, files } = setUp();
    ledger.save(one);
    expect(await ledger.flush(100)).toBe(true);
    ledger.save(historyOf({ one: { source: 'learned', seenMs: 1 } }), true);
    await sleep(0);
    expect(files.writes).toHaveLength(2);
  });

  test('flush writes the times too', async () => {
    const { ledger, onDisk } = setUp();
    ledger.save(one);
    await ledger.flush(100);
    ledger.save(historyOf({ one: { source: 'learned', seenMs: 7 } }));
    expect(await ledger.flush(100)).toBe(true);
    expect(onDisk().servers.get('main')?.databases.get('one')).toEqual(
      databaseMemory({ source: 'learned', seenMs: 7 }),
    );
  });

  test('a disk that hangs blocks nobody', async () => {
    const { ledger, files } = setUp();
    files.hang(true);
    ledger.save(one);
    const startedAt = performance.now();
    expect(await ledger.flush(50)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test.each([
    ['ENOSPC', 'is full'],
    ['EROFS', 'Remount it read-write'],
    ['EACCES', 'Give it to the user that pgvigil runs as'],
    ['EIO', 'Look at the kernel log'],
    ['ENOTDIR', 'is not a directory'],
    ['STUCK', 'does not answer'],
    ['EWHATEVER', 'EWHATEVER'],
  ])('%s is told once, with what to do, and so is its end', async (code, words) => {
    const { ledger, files, complaints, log, onDisk } = setUp();
    files.fail(code);
    for (let n = 0; n < 5; n += 1) {
      ledger.save(historyOf({ [`db${n}`]: {} }));
      expect(await ledger.flush(100)).toBe(false);
    }
    expect(ledger.durable()).toBe(false);
    expect(complaints()).toHaveLength(1);
    expect(complaints()[0]).toContain(words);
    expect(complaints()[0]).toContain('/made/up');
    files.fail(undefined);
    expect(await ledger.flush(100)).toBe(true);
    expect(ledger.durable()).toBe(true);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'the ledger can be saved again' });
    expect([...(onDisk().servers.get('main')?.databases.keys() ?? [])]).toEqual(['db4']);
  });

  test('a failed write is tried again by itself, and not at every save', async () => {
    const { ledger, files, onDisk } = setUp();
    let tries = 0;
    const { writeDurably } = files;
    Object.assign(files, {
      writeDurably: (...args: Parameters<typeof writeDurably>) => {
        tries += 1;
        return writeDurably(...args);
      },
    });
    files.fail('ENOSPC');
    for (let n = 0; n < 50; n += 1) {
      ledger.save(historyOf({ [`db${n}`]: {} }));
      await sleep(2);
    }
    expect(tries).toBe(1);
    files.fail(undefined);
    await sleep(1_500);
    expect(onDisk().servers.get('main')?.databases.has('db49')).toBe(true);
    expect(ledger.durable()).toBe(true);
  });

  test('a history that cannot be written is told, not thrown', async () => {
    const { ledger, complaints } = setUp();
    ledger.save(historyOf({ app: { seenMs: Number.NaN } }));
    expect(await ledger.flush(100)).toBe(false);
    expect(complaints()[0]).toContain('cannot write NaN');
  });
});
