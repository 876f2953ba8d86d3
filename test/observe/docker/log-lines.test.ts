import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogFrames } from '../../../src/observe/docker/log-frames.ts';
import { keepTelling, sinceOf, type Telling, tellingOf } from '../../../src/observe/docker/log-lines.ts';
import { createScrub } from '../../../src/observe/docker/scrub.ts';

const scrub = createScrub(['C4n4ry']);
const STAMP = '2026-11-23T03:03:29.836164403Z';
const PREFIX = '2026-11-23 03:03:29.836 UTC [31] ';
const textOf = (said: string): string | undefined => tellingOf(`${STAMP} ${said}`, scrub)?.text;

describe('lines that tell', () => {
  test.each([
    'PostgreSQL init process complete; ready for start up.',
    'Success. You can now start the database server using:',
    'PostgreSQL Database directory appears to contain a database; Skipping initialization',
    'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty',
    'Error: Database is uninitialized and superuser password is not specified.',
    'postgres: could not find the database system',
  ])('of the entrypoint: %s', (said) => {
    expect(textOf(said)).toBe(said);
  });

  test.each([
    'LOG:  database system was shut down at 2026-11-23 03:03:29 UTC',
    'LOG:  database system was interrupted; last known up at 2026-11-23 03:03:29 UTC',
    'LOG:  database system was not properly shut down; automatic recovery in progress',
    'LOG:  database system is ready to accept connections',
    'LOG:  received fast shutdown request',
    'LOG:  server process (PID 71) was terminated by signal 9: Killed',
    'LOG:  invalid primary checkpoint record',
    'WARNING:  invalid page in block 0 of relation base/5/2619',
    'ERROR:  could not open file "base/16384/1259": No such file or directory',
    'ERROR:  could not extend file "base/5/16": No space left on device',
    'PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device',
    'FATAL:  database "simfab_dev" does not exist',
  ])('of the server: %s', (sentence) => {
    expect(textOf(`${PREFIX}${sentence}`)).toBe(sentence);
    // pg_ctl has not ended its line yet, and people have prefixes of their own.
    expect(textOf(`waiting for server to start....${PREFIX}${sentence}`)).toBe(sentence);
    expect(textOf(`app@shop[web] ${sentence}`)).toBe(sentence);
    expect(textOf(`${sentence}\r`)).toBe(sentence);
  });

  test.each([
    'LOG:  checkpoint starting: time',
    'LOG:  duration: 3 ms  statement: SELECT $$FATAL:  x$$',
    `LOG:  statement: INSERT INTO notes VALUES ('PANIC:  No space left on device')`,
    `STATEMENT:  SELECT 'FATAL:  database system is ready'`,
    'DETAIL:  FATAL:  something of a user',
    'ERROR:  invalid input syntax for type integer: "a customer"',
    'ERROR:  duplicate key value violates unique constraint "x"',
    'initdb: warning: enabling "trust" authentication for local connections',
  ])('not what a statement or a user says: %s', (sentence) => {
    expect(textOf(`${PREFIX}${sentence}`)).toBeUndefined();
    expect(textOf(sentence)).toBeUndefined();
  });

  test('not the continuation of a statement, not a line without a time', () => {
    expect(textOf(`\tFATAL:  x`)).toBeUndefined();
    expect(tellingOf('FATAL:  x', scrub)).toBeUndefined();
    expect(tellingOf('', scrub)).toBeUndefined();
  });

  test('the time is the one of the engine; the text is scrubbed, plain and short', () => {
    const line = tellingOf(`${STAMP} FATAL:  \u001b[1mrole "C4n4ry"\u0000 ${'x'.repeat(500)}`, scrub);
    expect(line?.at).toBe(Date.parse('2026-11-23T03:03:29.836Z'));
    expect(line?.text).toHaveLength(200);
    expect(line?.text).toContain('role "[hidden]" xx');
  });

  test('a secret that reaches over the cut is hidden whole, and one that is broken up as well', () => {
    for (let pad = 170; pad < 200; pad += 1)
      expect(textOf(`FATAL:  ${'x'.repeat(pad)}C4n4ry`)).not.toMatch(/C4/);
    expect(textOf('FATAL:  C4\u200bn4\u0000ry')).toBe('FATAL:  [hidden]');
  });

  test('any line gives a short text without the secret, or nothing', () => {
    const parts = fc.constantFrom(
      STAMP,
      ' ',
      '\t',
      'FATAL:  ',
      'LOG:  ',
      'initdb: ',
      'C4n4ry',
      '\u0000',
      '"',
      'é',
    );
    const lines = fc.array(fc.oneof(parts, fc.string({ unit: 'binary' })), { maxLength: 40 });
    fc.assert(
      fc.property(lines, (pieces) => {
        const text = tellingOf(`${STAMP} ${pieces.join('')}`, scrub)?.text ?? '';
        expect([...text].length).toBeLessThanOrEqual(200);
        expect(text).not.toMatch(/C4n4ry|\p{Cc}/u);
      }),
    );
  });
});

describe('what is kept', () => {
  const telling = (second: number, kind: string, text: string): Telling => {
    const stamp = `2026-11-23T03:00:${String(second).padStart(2, '0')}.000000000Z`;
    return { at: Date.parse(stamp), stamp, kind, text };
  };

  test('a look that overlaps with the one before adds only what is new, oldest first', () => {
    const lines = [
      telling(1, 'ready', 'ready'),
      telling(2, 'shut_down', 'down'),
      telling(3, 'ready', 'ready'),
    ];
    expect(keepTelling(lines.slice(0, 2), lines.slice(1))).toEqual(lines);
    expect(keepTelling(lines, lines)).toEqual(lines);
  });

  test('refused logins do not push out the initialisation; the same words are kept once', () => {
    const begin = [telling(0, 'init_success', 'Success.'), telling(1, 'init_complete', 'complete')];
    const refused = Array.from({ length: 50 }, (_, index) =>
      telling(2 + index, 'FATAL', `role ${index % 9}`),
    );
    const kept = keepTelling(begin, refused);
    expect(kept.slice(0, 2)).toEqual(begin);
    expect(kept.slice(2).map(({ text }) => text)).toEqual(['role 1', 'role 2', 'role 3', 'role 4']);
    expect(keepTelling(kept, refused)).toEqual(kept);
  });

  test('never more than twenty', () => {
    const many = Array.from({ length: 59 }, (_, index) =>
      telling(index, `kind ${index % 30}`, `text ${index}`),
    );
    const kept = keepTelling([], many);
    expect(kept).toHaveLength(20);
    expect(kept.at(-1)).toEqual(many.at(-1));
  });

  test.each([
    ['2026-11-23T03:03:29.836164403Z', '1795403009.836164403'],
    ['2026-11-23T03:03:29Z', '1795403009.000000000'],
    ['2026-11-23T04:03:29.5+01:00', '1795403009.500000000'],
    ['nonsense', undefined],
  ])('%s is asked for as %s', (stamp, since) => {
    expect(sinceOf(stamp)).toBe(since);
  });
});

describe('frames', () => {
  const frame = (stream: number, text: string): Buffer => {
    const bytes = Buffer.from(text);
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([header, bytes]);
  };
  const lines = ['2026-11-23T03:03:29Z one ü', '2026-11-23T03:03:30Z two', '2026-11-23T03:03:31Z three'];
  const framed = Buffer.concat(lines.map((line, index) => frame(1 + (index % 2), `${line}\n`)));
  const raw = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));

  test.each([
    ['of a container without a terminal', framed],
    ['of a terminal', raw],
  ])('%s, cut anywhere', (_name, bytes) => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length })), (cuts) => {
        const frames = createLogFrames();
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const read = places.slice(1).flatMap((end, index) => frames.push(bytes.subarray(places[index], end)));
        expect(read).toEqual(lines);
      }),
    );
  });

  test('two streams that share no line, though their frames alternate', () => {
    const frames = createLogFrames();
    const parts = [frame(1, 'from '), frame(2, 'other '), frame(1, 'one\n'), frame(2, 'two\n')];
    expect(frames.push(Buffer.concat(parts))).toEqual(['from one', 'other two']);
  });

  test('what is neither ends quietly, in bounded memory', () => {
    const frames = createLogFrames();
    expect(frames.push(Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 65, 10]))).toEqual([]);
    expect(frames.push(framed)).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        const any = createLogFrames();
        for (const chunk of chunks) expect(Array.isArray(any.push(Buffer.from(chunk)))).toBe(true);
      }),
    );
  });
});
