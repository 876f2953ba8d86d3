import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_HISTORY } from '../../src/model/history.ts';
import { decodeHistory, encodeHistory, LedgerError } from '../../src/remember/codec.ts';
import { anyHistory, historyOf } from '../kit/histories.ts';

/** A ledger with a right checksum around a payload of our choice. */
function forge(payload: string, version = 1): string {
  const sum = createHash('sha256').update(payload).digest('hex');
  return `{"version":${version},"sha256":"${sum}","history":${payload}}\n`;
}

function problemOf(text: string): string {
  try {
    decodeHistory(text);
  } catch (error) {
    return error instanceof LedgerError ? error.problem : String(error);
  }
  return 'accepted';
}

describe('the text of a ledger', () => {
  test('gives back every history that was written, whatever the names', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(decodeHistory(encodeHistory(history))).toEqual(history);
      }),
      { numRuns: 300 },
    );
  });

  test('of a pgvigil that discovered nothing says nothing of it, and is read', () => {
    const old = historyOf({ app: {} });
    expect(encodeHistory(old)).not.toContain('discovered');
    expect(decodeHistory(encodeHistory(old)).servers.get('main')?.discovered).toBeUndefined();
  });

  test('survives UTF-8', () => {
    const history = historyOf({ '\ud800 half': { seenMs: 1 }, 'ünïcödé 😀': {}, '\ufeffbom': {} });
    const bytes = new TextEncoder().encode(encodeHistory(history));
    expect(decodeHistory(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))).toEqual(history);
  });

  test('is JSON that other programs read', () => {
    expect(JSON.parse(encodeHistory(historyOf({ app: {} })))).toMatchObject({ version: 1 });
  });

  test('with any one character changed is refused', () => {
    const text = encodeHistory(historyOf({ app: { seenMs: 5, source: 'learned' } }));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        expect(problemOf(changed)).toMatch(/^(damaged|version)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('with any one bit flipped is refused', () => {
    const bytes = new TextEncoder().encode(encodeHistory(historyOf({ app: {} })));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(problemOf(new TextDecoder().decode(flipped))).toMatch(/^(damaged|version)$/);
    }
  });

  test('cut off anywhere, or followed by more, is refused', () => {
    const text = encodeHistory(historyOf({ app: {}, other: {} }));
    for (let length = 0; length < text.length; length += 1) {
      expect(problemOf(text.slice(0, length))).toBe('damaged');
    }
    expect(problemOf(`${text}${text}`)).toBe('damaged');
    expect(problemOf(`${text}\0`)).toBe('damaged');
  });

  test.each([
    ['nothing', '', 'damaged'],
    ['zeros', '\0'.repeat(4096), 'damaged'],
    ['another format', 'servers: []', 'damaged'],
    ['JSON of somebody else', '{"version":1}', 'damaged'],
    ['a later version', forge('{}', 2), 'version'],
    ['a payload that is no history', forge('[]'), 'damaged'],
    ['a payload that is no JSON', forge('{"servers":'), 'damaged'],
    ['an unknown field', forge('{"servers":[],"volumes":[],"more":1}'), 'damaged'],
    [
      'a name twice',
      forge('{"servers":[],"volumes":[["v",{"server":"a"}],["v",{"server":"b"}]]}'),
      'damaged',
    ],
    [
      'a number as text',
      forge('{"servers":[],"volumes":[["v",{"server":"a","lastSeenAt":"1"}]]}'),
      'damaged',
    ],
    [
      'null for a number',
      forge('{"servers":[],"volumes":[["v",{"server":"a","lastSeenAt":null}]]}'),
      'damaged',
    ],
    [
      'a field of the prototype',
      forge('{"servers":[],"volumes":[],"__proto__":{"lastEventNano":"1"}}'),
      'damaged',
    ],
  ])('%s is refused', (_, text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test('a right checksum around a right payload is accepted, so the table above fails for its own reasons', () => {
    expect(decodeHistory(forge('{"servers":[],"volumes":[]}'))).toEqual(EMPTY_HISTORY);
  });

  test('a later version says what to do about it', () => {
    expect(() => decodeHistory(forge('{}', 2))).toThrow('it has version 2, this pgvigil reads version 1');
  });

  test('a number that JSON cannot hold fails before the disk', () => {
    expect(() => encodeHistory(historyOf({ app: { seenMs: Number.NaN } }))).toThrow('cannot write NaN');
  });
});
