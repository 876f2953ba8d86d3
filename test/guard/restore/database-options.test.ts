import { describe, expect, test } from 'vitest';
import {
  createDatabaseSql,
  PLAIN_LOCALE,
  parseDatabaseOptions,
} from '../../../src/guard/restore/database-options.ts';

const head = (line: string): string =>
  `--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\n${line}\n\n`;

describe('how a database was made', () => {
  test.each([
    [
      `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'en_US.UTF-8';`,
      'UTF8',
      `LOCALE_PROVIDER = libc LOCALE = 'en_US.UTF-8'`,
    ],
    [
      `CREATE DATABASE "a;b WITH TEMPLATE" WITH TEMPLATE = template0 ENCODING = 'LATIN1' LOCALE = 'C';`,
      'LATIN1',
      `LOCALE = 'C'`,
    ],
    [
      `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu LOCALE = 'C' ICU_LOCALE = 'und-u-ks-level2' ICU_RULES = '&a < b''c';`,
      'UTF8',
      `LOCALE_PROVIDER = icu LOCALE = 'C' ICU_LOCALE = 'und-u-ks-level2' ICU_RULES = '&a < b''c'`,
    ],
    [
      `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LC_COLLATE = 'C' LC_CTYPE = 'en_US.utf8';`,
      'UTF8',
      `LC_COLLATE = 'C' LC_CTYPE = 'en_US.utf8'`,
    ],
  ])('is read from %s', (line, encoding, locale) => {
    const options = parseDatabaseOptions(head(line));
    expect(options?.encoding).toBe(encoding);
    expect(options && createDatabaseSql('x', options)).toBe(
      `CREATE DATABASE "x" TEMPLATE = template0 ENCODING = '${encoding}' ${locale}`,
    );
  });

  test.each([
    ['simfab', 'simfab'],
    ['"Sim ""fab"" TO x"', 'Sim "fab" TO x'],
  ])('its owner is read: %s', (written, owner) => {
    const line = `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C';`;
    expect(parseDatabaseOptions(`${head(line)}ALTER DATABASE app OWNER TO ${written};\n`)?.owner).toBe(owner);
  });

  test('a text without it says nothing, and a strange provider is not passed on', () => {
    expect(parseDatabaseOptions('SELECT 1;')).toBeUndefined();
    const odd = `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = evil LOCALE = 'C';`;
    expect(parseDatabaseOptions(odd)?.locale).toEqual([['LOCALE', 'C']]);
  });

  test('names and texts are quoted', () => {
    const options = { encoding: 'UTF8', locale: PLAIN_LOCALE };
    expect(createDatabaseSql('a"b', options, 'o"w')).toBe(
      `CREATE DATABASE "a""b" TEMPLATE = template0 OWNER = "o""w" ENCODING = 'UTF8' LC_COLLATE = 'C' LC_CTYPE = 'C'`,
    );
    expect(createDatabaseSql('x', { encoding: 'UTF8', locale: [['LOCALE', `a\\b'c`]] })).toContain(
      `LOCALE =  E'a\\\\b''c'`,
    );
  });
});
