import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { droppedDatabase } from '../../../src/observe/postgres/drop-statement.ts';
import { quoteIdentifier } from '../../../src/observe/postgres/grants.ts';

describe('the database that a statement drops', () => {
  test.each([
    ['DROP DATABASE app', 'app'],
    ['drop database app;', 'app'],
    ['Drop DataBase App', 'app'],
    [' \n\tDROP\r\nDATABASE\fapp ; ; ', 'app'],
    [';DROP DATABASE app', 'app'],
    ['DROP DATABASE "App"', 'App'],
    ['DROP DATABASE"App"', 'App'],
    ['DROP DATABASE "a""b; DROP DATABASE c"', 'a"b; DROP DATABASE c'],
    ['DROP DATABASE "--x"', '--x'],
    ['DROP DATABASE " "', ' '],
    ['DROP DATABASE IF EXISTS app', 'app'],
    ['DROP DATABASE if', 'if'],
    ['DROP DATABASE "if" (force)', 'if'],
    ['DROP DATABASE IF EXISTS "if"', 'if'],
    ['DROP DATABASE app WITH (FORCE)', 'app'],
    ['DROP DATABASE app(force)', 'app'],
    ['DROP DATABASE IF EXISTS app with ( force , FORCE );', 'app'],
    ['/* why /* not */ -- */ DROP /**/ DATABASE -- "other"\n app /* ; */', 'app'],
    ['DROP DATABASE app -- done', 'app'],
    ['DROP DATABASE ÄPFEL_1$', 'Äpfel_1$'],
    ['DROP DATABASE 🦣', '🦣'],
    [`DROP DATABASE ${'x'.repeat(70)}`, 'x'.repeat(63)],
    [`DROP DATABASE "${'ä'.repeat(40)}"`, 'ä'.repeat(31)],
  ])('%j: %j', (statement, datname) => {
    expect(droppedDatabase(statement)).toBe(datname);
  });

  test.each([
    '',
    'DROP DATABASE',
    'DROP DATABASE ;',
    'DROP DATABASE IF EXISTS',
    'DROP DATABASE ""',
    'DROP DATABASE "app',
    'DROP DATABASE app WITH',
    'DROP DATABASE app WITH FORCE',
    'DROP DATABASE app (FORCE',
    'DROP DATABASE app ()',
    'DROP DATABASE app ("force")',
    'DROP DATABASE app, other',
    'DROP DATABASE app other',
    'DROP DATABASE app; SELECT 1',
    'DROP DATABASE U&"app"',
    'DROP DATABASE 1app',
    'DROP DATABASE /* app',
    'DROP "DATABASE" app',
    '"DROP" DATABASE app',
    'DROPDATABASE app',
    'DROP TABLE app',
    'DROP SCHEMA database',
    'CREATE DATABASE app',
    'ALTER DATABASE app RENAME TO other',
    '-- DROP DATABASE app',
    "SELECT 'DROP DATABASE app'",
    'EXPLAIN DROP DATABASE app',
    '<insufficient privilege>',
  ])('nothing in %j', (statement) => {
    expect(droppedDatabase(statement)).toBeUndefined();
  });

  const NAME = fc
    .string({ minLength: 1, maxLength: 15, unit: 'grapheme' })
    .filter((name) => !name.includes('\0') && Buffer.byteLength(name) <= 63);
  const GAP = fc.constantFrom(' ', '\n', '\t', '/* a /* b */ */', '-- c\n', ' /*;*/ ');

  test('every name comes back from its quoted form, whatever is around it', () => {
    const before = fc.constantFrom('', 'IF EXISTS');
    const after = fc.constantFrom('', '(FORCE)', 'WITH (FORCE)', ';');
    fc.assert(
      fc.property(NAME, GAP, before, after, (name, gap, exists, force) => {
        const parts = ['DROP', 'DATABASE', exists, `"${name.replaceAll('"', '""')}"`, force];
        expect(droppedDatabase(parts.join(gap))).toBe(name);
        expect(droppedDatabase(`DROP DATABASE ${quoteIdentifier(name)}`)).toBe(name);
      }),
    );
  });

  test('a statement that was cut names nothing that it did not name', () => {
    fc.assert(
      fc.property(NAME, fc.nat(), (name, at) => {
        const statement = `DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}" WITH (FORCE)`;
        const found = droppedDatabase(statement.slice(0, at % (statement.length + 1)));
        // Cut between two quotes that stand for one, or in IF, the rest is a whole statement again.
        expect(found === undefined || 'if'.startsWith(found) || name.startsWith(found)).toBe(true);
      }),
    );
  });

  test('any text is read in a moment', () => {
    const hostile = fc.array(
      fc.constantFrom(
        'DROP ',
        'DATABASE ',
        '"',
        '""',
        '/*',
        '*/',
        '--',
        '\n',
        'a',
        ';',
        '(',
        ')',
        'force',
        ',',
      ),
      { maxLength: 3000 },
    );
    fc.assert(
      fc.property(hostile, (pieces) => {
        const startedAt = performance.now();
        const found = droppedDatabase(pieces.join(''));
        expect(performance.now() - startedAt).toBeLessThan(250);
        expect(found).not.toBe('');
      }),
      { numRuns: 200 },
    );
    for (const text of ['"'.repeat(100_000), '/*'.repeat(50_000), `DROP DATABASE ${'a'.repeat(100_000)}`]) {
      const startedAt = performance.now();
      droppedDatabase(text);
      expect(performance.now() - startedAt).toBeLessThan(500);
    }
  });
});
