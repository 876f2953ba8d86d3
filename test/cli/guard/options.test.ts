import { describe, expect, test } from 'vitest';
import { keepersOf } from '../../../src/cli/guard/options.ts';

const keepers = (report: string, env: Record<string, string> = {}) => keepersOf({ env }, { report }).report;

describe('--report', () => {
  test.each([
    ['pgvigil:10187', 'http://pgvigil:10187/', undefined],
    ['https://u:p%40%25@host/watch', 'https://host/watch', 'u:p@%'],
    ['http://u%3A@host', 'http://host/', 'u::'],
  ])('%s', (text, url, pair) => {
    const source = keepers(text);
    expect(source?.url.href).toBe(url);
    const given = source?.authorization?.replace('Basic ', '');
    expect(given && Buffer.from(given, 'base64').toString()).toBe(pair);
  });

  test.each(['http://u:C4n%ry@host', 'http://u%:p@host', 'http://u:%ff@host'])(
    'a %% that escapes nothing is wrong usage, and is not repeated: %s',
    (text) => {
      const wrong = (name: string) =>
        expect.objectContaining({ exitCode: 3, message: expect.stringMatching(`^${name} has a % in`) });
      expect(() => keepers(text)).toThrow(wrong('--report'));
      expect(() => keepersOf({ env: { PGVIGIL_REPORT: text } }, {})).toThrow(wrong('PGVIGIL_REPORT'));
    },
  );

  test('an address that is none names where it was given', () => {
    expect(() => keepersOf({ env: { PGVIGIL_REPORT: 'ftp://x' } }, {})).toThrow(
      'PGVIGIL_REPORT is no address',
    );
  });
});
