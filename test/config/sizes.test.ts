import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSize, parseSize } from '../../src/config/sizes.ts';

describe('sizes', () => {
  test.each([
    ['512B', 512],
    ['10kB', 10_000],
    ['10KB', 10_000],
    ['10MB', 10_000_000],
    ['1GiB', 1_073_741_824],
    ['2TiB', 2_199_023_255_552],
    ['0B', 0],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toEqual({ ok: true, value: bytes });
  });

  test.each(['', '10', '10 MB', '1.5GB', '-1B', '1gb', '1iB', '1kiB', '1M', 'MB', '99999999PiB'])(
    '%j is none',
    (text) => {
      expect(parseSize(text)).toMatchObject({ ok: false });
    },
  );

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(1, 1000, 1024, 1024 ** 3), (count, unit) => {
        const bytes = Math.floor(count / unit) * unit;
        expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  test('is written in the largest unit that fits exactly', () => {
    expect([1024, 1000, 1_073_741_824, 1_500_000, 7].map(formatSize)).toEqual([
      '1KiB',
      '1kB',
      '1GiB',
      '1500kB',
      '7B',
    ]);
  });
});
