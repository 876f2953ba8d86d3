import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toLabel, toTextLabel } from '../../../src/present/metrics/label.ts';

describe('toLabel', () => {
  test.each([
    '',
    'postgres',
    'a,table:b',
    'say "hi"',
    'back\\slash',
    'été-🐘',
    '<script>',
    'x'.repeat(200),
    'a~b',
    'é'.repeat(100),
  ])('leaves %j as it is', (text) => {
    expect(toLabel(text)).toBe(text);
  });

  test.each([
    ['two\nlines', /^two␊lines~[0-9a-f]{12}$/],
    ['nul\0', /^nul␀~[0-9a-f]{12}$/],
    ['del\x7f', /^del␡~[0-9a-f]{12}$/],
    ['next\x85line', /^next\ufffdline~[0-9a-f]{12}$/],
    ['half \ud83d', /^half \ufffd~[0-9a-f]{12}$/],
    ['x'.repeat(201), /^x{187}~[0-9a-f]{12}$/],
    ['looks~0123456789ab', /^looks~0123456789ab~[0-9a-f]{12}$/],
  ])('marks %j as altered', (text, expected) => {
    expect(toLabel(text)).toMatch(expected);
  });

  test('keeps names apart that look the same once altered', () => {
    const twins = ['a\n', 'a␊', 'a\ud800', 'a\ud801', 'a\ufffd', 'a\x80', 'a\x81', toLabel('a\n')];
    expect(new Set(twins.map(toLabel)).size).toBe(twins.length);
    const long = 'x'.repeat(300);
    expect(toLabel(`${long}1`)).not.toBe(toLabel(`${long}2`));
  });

  test('gives clean, short, well-formed text for any input, the same each time, and never one for two', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
        .map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const label = toLabel(one);
        expect(Buffer.byteLength(label)).toBeLessThanOrEqual(200);
        expect(Buffer.from(label, 'utf8').toString('utf8')).toBe(label);
        expect(label).not.toMatch(/\p{Cc}/u);
        expect(toLabel(one)).toBe(label);
        if (one !== other) expect(toLabel(other)).not.toBe(label);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('toTextLabel', () => {
  test('keeps lines and length, and makes the rest harmless', () => {
    expect(toTextLabel(`one\n${'x'.repeat(900)}`)).toBe(`one\n${'x'.repeat(900)}`);
    expect(toTextLabel('bell\u0007 return\r del\u007f half \ud83d')).toBe('bell␇ return␍ del␡ half \ufffd');
  });
});
