import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPassword } from '../../src/config/passfile.ts';

const QUERY = { host: 'db', port: 5432, database: 'postgres', user: 'pgvigil' };
const find = (text: string, query = {}): string | undefined =>
  findPassword(text, { ...QUERY, ...query })?.reveal();

describe('a password file', () => {
  test.each([
    ['an exact line', 'db:5432:postgres:pgvigil:pw', 'pw'],
    ['wildcards', '*:*:*:*:pw', 'pw'],
    ['the first line that matches', 'x:*:*:*:no\ndb:*:*:*:first\n*:*:*:*:second', 'first'],
    ['a comment and an empty line', '#db:5432:postgres:pgvigil:no\n\n*:*:*:*:pw\n', 'pw'],
    ['Windows line ends', '*:*:*:*:pw\r\n', 'pw'],
    ['escaped colon and backslash', '*:*:*:*:a\\:b\\\\c', 'a:b\\c'],
    ['an escaped star is a name', '\\*:*:*:*:pw', undefined],
    ['a bare colon ends the password', '*:*:*:*:pw:more', 'pw'],
    ['a backslash at the end is itself', '*:*:*:*:pw\\', 'pw\\'],
    ['another port', 'db:5433:*:*:pw', undefined],
    ['another database', 'db:*:app:*:pw', undefined],
    ['another user', 'db:*:*:you:pw', undefined],
    ['too few fields', 'db:5432:postgres:pw', undefined],
    ['an empty password', '*:*:*:*:', undefined],
    ['an empty file', '', undefined],
  ])('%s', (_, text, password) => {
    expect(find(text)).toBe(password);
  });

  test('localhost stands for a socket in a default directory, and for no other', () => {
    expect(find('localhost:*:*:*:pw', { host: '/var/run/postgresql' })).toBe('pw');
    expect(find('localhost:*:*:*:pw', { host: '/srv/sockets' })).toBeUndefined();
    expect(find('/srv/sockets:*:*:*:pw', { host: '/srv/sockets' })).toBe('pw');
  });

  test('an IPv6 address is written with escaped colons', () => {
    expect(find('\\:\\:1:5432:*:*:pw', { host: '::1' })).toBe('pw');
  });

  test('any fields survive escaping', () => {
    const field = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text) && !text.startsWith('#'));
    const quoted = (text: string): string => text.replaceAll(/[\\:]/g, '\\$&').replace(/^\*$/, '\\*');
    fc.assert(
      fc.property(field, field, field, field, (host, database, user, password) => {
        const line = [host, '5432', database, user, password].map(quoted).join(':');
        expect(find(line, { host, database, user })).toBe(password);
      }),
    );
  });
});
