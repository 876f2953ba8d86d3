import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Happening } from '../../src/model/journal.ts';
import { decodeHappening, encodeHappening } from '../../src/remember/happening-codec.ts';
import { createJournal } from '../../src/remember/journal.ts';
import { handClock } from '../kit/clock.ts';
import { hostileName } from '../kit/histories.ts';
import { listLog } from '../kit/list-log.ts';
import { memoryFiles } from '../kit/memory-files.ts';

const happening = (at: number): Happening => ({
  at,
  kind: 'database_missing',
  server: 'main',
  datname: `db${at}`,
});

function setUp(text = '', keep = 500) {
  const files = memoryFiles(text === '' ? new Map() : new Map([['journal.ndjson', Buffer.from(text)]]));
  const log = listLog();
  return { files, log, journal: createJournal({ files, clock: handClock(), log, keep }) };
}

describe('a line of the journal', () => {
  test('gives back what was written, whatever the names, and is one line', () => {
    const any = fc.record(
      {
        at: fc.nat(),
        kind: fc.constantFrom<Happening['kind']>('database_missing', 'docker_event', 'accepted'),
        server: hostileName,
        datname: hostileName,
        details: fc.dictionary(hostileName, fc.oneof(hostileName, fc.integer(), fc.boolean())),
      },
      { requiredKeys: ['at', 'kind'] },
    );
    fc.assert(
      fc.property(any, (one) => {
        const line = encodeHappening(one);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(decodeHappening(line)).toEqual(one);
      }),
    );
  });

  test('anything else is skipped and never thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(decodeHappening(line)).toBeUndefined();
      }),
    );
    expect(decodeHappening('{"at":1,"kind":"toString"}')).toBeUndefined();
    expect(decodeHappening('{"at":1,"kind":"accepted","server":5}')).toBeUndefined();
    expect(decodeHappening('{"at":1,"kind":"accepted","details":{"a":null}}')).toBeUndefined();
  });
});

describe('the journal', () => {
  test('is found again by the next run', async () => {
    const first = setUp();
    first.journal.add([happening(1), happening(2)]);
    expect(await first.journal.flush(100)).toBe(true);
    const second = setUp(Buffer.from(first.files.contents.get('journal.ndjson') ?? '').toString());
    await second.journal.load();
    expect(second.journal.recent(10)).toEqual([happening(1), happening(2)]);
    expect(second.journal.recent(1)).toEqual([happening(2)]);
    expect(second.journal.recent(0)).toEqual([]);
  });

  test('skips damaged lines', async () => {
    const lines = [
      encodeHappening(happening(1)),
      '{"at":2,"ki\n',
      '\0\0\0\n',
      encodeHappening(happening(3)),
      '{"at"',
    ];
    const { journal } = setUp(lines.join(''));
    await journal.load();
    expect(journal.recent(10)).toEqual([happening(1), happening(3)]);
  });

  test('goes on in the older file when the current one is short', async () => {
    const { journal, files } = setUp(encodeHappening(happening(2)));
    files.contents.set('journal.1.ndjson', Buffer.from(encodeHappening(happening(1))));
    await journal.load();
    expect(journal.recent(10)).toEqual([happening(1), happening(2)]);
  });

  test('what is added before the past is read comes after it', async () => {
    const { journal } = setUp(encodeHappening(happening(1)));
    const loading = journal.load();
    journal.add([happening(2)]);
    await loading;
    expect(journal.recent(10)).toEqual([happening(1), happening(2)]);
  });

  test('keeps the latest in memory only', async () => {
    const { journal } = setUp('', 3);
    journal.add([1, 2, 3, 4, 5].map(happening));
    expect(journal.recent(10).map((one) => one.at)).toEqual([3, 4, 5]);
  });

  test('while the disk is away everything is shown, and written later, once and in order', async () => {
    const { journal, files } = setUp();
    files.fail('ENOSPC');
    for (const at of [1, 2, 2, 3]) {
      journal.add([happening(at)]);
      await sleep(1);
    }
    expect(await journal.flush(100)).toBe(false);
    expect(journal.durable()).toBe(false);
    expect(journal.recent(10)).toHaveLength(4);
    files.fail(undefined);
    expect(await journal.flush(100)).toBe(true);
    const text = Buffer.from(files.contents.get('journal.ndjson') ?? '').toString();
    expect(text).toBe([1, 2, 2, 3].map((at) => encodeHappening(happening(at))).join(''));
  });

  test('a disk that is away for long costs bounded memory, and what was lost is counted', async () => {
    const { journal, files, log } = setUp();
    files.fail('ENOSPC');
    journal.add(Array.from({ length: 10_005 }, (_, at) => happening(at)));
    expect(await journal.flush(100)).toBe(false);
    files.fail(undefined);
    expect(await journal.flush(100)).toBe(true);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', facts: { lost: 5 } }));
  });
});
