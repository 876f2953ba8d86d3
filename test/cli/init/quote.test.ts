import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inLine, inSql, inYaml, urlOf } from '../../../src/cli/init/quote.ts';
import { inShell } from '../../../src/cli/shell.ts';
import { parseServerUrl } from '../../../src/config/url.ts';
import { HOSTILE } from './found.ts';

/** What a name may be: any text but the zero byte. */
const anyName = fc.oneof(
  fc.constantFrom(...HOSTILE, 'yes', '1e3', '0x1', '~', 'y', '', 'a:', '- a', 'postgres://h/d:', '/a/', '/'),
  fc.string({ unit: 'binary', minLength: 1 }).filter((name) => !name.includes('\0')),
);

describe('quoting', () => {
  test('YAML gives back every text, as a text', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(parse(`a:\n  - ${inYaml(name)}\nb: 1\n`)).toEqual({ a: [name], b: 1 });
      }),
      { numRuns: 500 },
    );
  });

  test('a URL gives back every user, database and directory', () => {
    fc.assert(
      fc.property(anyName, anyName, (user, database) => {
        fc.pre(user !== '' && database !== '');
        for (const host of ['db', '::1', '/run/a b&c#d']) {
          const parsed = parseServerUrl(urlOf({ host, port: 5433 }, { user, database }));
          expect(parsed).toMatchObject({ ok: true, value: { host, port: 5433, user, database } });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a shell gives back every name', () => {
    const words = HOSTILE.map(inShell).join(' ');
    const said = execFileSync('sh', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' });
    expect(said.split('\0').slice(0, -1)).toEqual(HOSTILE);
  });

  test.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ["back\\slash '", "E'back\\\\slash '''"],
  ])('SQL: %j', (name, quoted) => {
    expect(inSql(name)).toBe(quoted);
  });

  test('nothing ends a line, or turns its direction', () => {
    for (const name of HOSTILE) expect(inLine(name)).not.toMatch(/[\n\r\u0085\u2028\u202e]/);
  });
});
