import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../src/guard/ensure/record-codec.ts';
import { decodeManifest } from '../src/observe/backups/own/manifest-codec.ts';
import { decodeTests } from '../src/observe/backups/own/tests.ts';
import { decodeHistory, encodeHistory } from '../src/remember/codec.ts';
import { createLedger } from '../src/remember/ledger.ts';
import { handClock } from './kit/clock.ts';
import { parseText, problemsOf } from './kit/config.ts';
import { listLog } from './kit/list-log.ts';
import { memoryFiles } from './kit/memory-files.ts';

/** Written by pgvigil 0.1.0. Never written anew: every later version has to read it. */
const LEDGER_1 = readFileSync('test/fixtures/state/ledger-1.json', 'utf8');
const IDENTIFIER = '7711161441652576274';

describe('what an older pgvigil wrote', () => {
  test('a ledger: what was expected, and which database it was', () => {
    const databases = decodeHistory(LEDGER_1).servers.get('main')?.databases;
    expect(databases?.get('simfab_dev')).toMatchObject({
      source: 'config',
      pin: { systemIdentifier: IDENTIFIER, oid: 16384 },
      lastSizeBytes: 7_909_000,
    });
    expect(databases?.get('learned')?.source).toBe('learned');
  });

  test('is written on as it is read', () => {
    const history = decodeHistory(LEDGER_1);
    expect(decodeHistory(encodeHistory(history))).toEqual(history);
  });
});

describe('what a newer pgvigil wrote', () => {
  test('a ledger is not read, not lost, and the generation before is used', async () => {
    const newer = LEDGER_1.replace('"version":1', '"version":2').replace('"history"', '"more":1,"history"');
    const bytes = new TextEncoder().encode(newer);
    const before = new TextEncoder().encode(LEDGER_1);
    const files = memoryFiles(
      new Map([
        ['ledger.json', bytes],
        ['ledger.previous.json', before],
      ]),
    );
    const log = listLog();
    const loaded = await createLedger({ files, clock: handClock(), log }).load();
    expect(loaded).toMatchObject({ corrupt: true, source: 'previous' });
    expect(loaded.history.servers.get('main')?.databases.has('learned')).toBe(true);
    const aside = [...files.contents].filter(([name]) => name.startsWith('ledger.corrupt-'));
    expect(aside.map(([, content]) => content)).toEqual([bytes]);
    expect(log.lines.map(({ message }) => message).join('\n')).toContain(
      'it has version 2, this pgvigil reads version 1: another version of pgvigil wrote it',
    );
  });

  // With a field that is new too: it is the version that has to be told.
  const later = '{"schema":2,"more":1}';
  test.each<[string, (text: string) => unknown]>([
    ['the record of ensure', decodeRecord],
    ['a manifest of a backup', decodeManifest],
    ['what is remembered of restore tests', decodeTests],
  ])('%s is refused by its version', (_, decode) => {
    expect(() => decode(later)).toThrow('schema is not 1: another pgvigil wrote it');
  });

  test('a configuration is refused with the line of the key, and never read without it', () => {
    const text = 'servers:\n  - name: main\n    url: postgres://h/d\n    from_the_future: true\n';
    const parsed = parseText(text);
    expect(parsed.ok).toBe(false);
    expect(problemsOf(parsed)).toEqual([
      expect.stringMatching(/^4:.*`from_the_future` is no key that is known/),
    ]);
  });
});
