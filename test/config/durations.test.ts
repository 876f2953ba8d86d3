import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/config/durations.ts';

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['1s', 1000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1m1ms', 60_001],
    ['7d', 604_800_000],
    ['1w', 604_800_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  test.each([
    '',
    '5',
    '1.5s',
    '-1s',
    '+1s',
    ' 1s',
    '1 s',
    '1S',
    '30m1h',
    '1s1s',
    '1y',
    's',
    '1s\n',
    '１s',
    '1e3s',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false });
  });

  test('more than a number can count is refused', () => {
    expect(parseDuration('99999999999999999d')).toMatchObject({ ok: false });
  });

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });

  test('whatever the text, the answer is a whole number of 0 or more, or a message', () => {
    const near = fc.stringMatching(/^[0-9wdhms.]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const parsed = parseDuration(text);
        if (parsed.ok) expect(Number.isSafeInteger(parsed.value) && parsed.value >= 0).toBe(true);
        else expect(parsed.message).not.toBe('');
      }),
    );
  });

  test('is written as a person would', () => {
    expect([3_600_000, 5_400_500, 60_000, 0].map(formatDuration)).toEqual(['1h', '1h30m500ms', '1m', '0s']);
  });
});
