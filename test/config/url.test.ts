import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServerUrl } from '../../src/config/url.ts';

/** Host, port, user, password and database of a URL that is right. */
function partsOf(text: string): readonly unknown[] {
  const parsed = parseServerUrl(text);
  if (!parsed.ok) return [parsed.message];
  const { host, port, user, password, database } = parsed.value;
  return [host, port, user, password?.reveal(), database];
}

describe('a server URL', () => {
  test.each([
    ['postgres://db', ['db', 5432, 'pgvigil', undefined, 'postgres']],
    ['postgresql://me@db:5433/app', ['db', 5433, 'me', undefined, 'app']],
    ['POSTGRES://me:pw@db.example.com/', ['db.example.com', 5432, 'me', 'pw', 'postgres']],
    ['postgres://me:p:w@db', ['db', 5432, 'me', 'p:w', 'postgres']],
    ['postgres://u%40corp:p%25%2F@db/a%20b', ['db', 5432, 'u@corp', 'p%/', 'a b']],
    ['postgres://me@[2001:db8::1]:5433/app', ['2001:db8::1', 5433, 'me', undefined, 'app']],
    ['postgres://my_db_1/app', ['my_db_1', 5432, 'pgvigil', undefined, 'app']],
    ['postgres:///app?host=/var/run/postgresql', ['/var/run/postgresql', 5432, 'pgvigil', undefined, 'app']],
    ['postgres://me@/app?host=%2Ftmp&port=5433', ['/tmp', 5433, 'me', undefined, 'app']],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/app', ['/var/run/postgresql', 5432, 'pgvigil', undefined, 'app']],
    ['postgres://localhost/app?host=/cloudsql/x:y:z', ['/cloudsql/x:y:z', 5432, 'pgvigil', undefined, 'app']],
    ['postgres://db/app?user=me&password=p%26w', ['db', 5432, 'me', 'p&w', 'app']],
  ])('%s', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  test.each([
    ['mysql://db', 'must begin with'],
    ['db:5432', 'must begin with'],
    ['', 'must begin with'],
    ['postgres://', 'names no host'],
    ['postgres:///app', 'names no host'],
    ['postgres://db:0', 'port'],
    ['postgres://db:65536', 'port'],
    ['postgres://db:http', 'host and port'],
    ['postgres://db/a/b', 'more than one /'],
    ['postgres://db/app#x', 'not percent-encoded'],
    ['postgres://u:a@b@db', 'not percent-encoded'],
    ['postgres://u:a/b@db', 'not percent-encoded'],
    ['postgres://u:12/b@db', 'not percent-encoded'],
    ['postgres://u:a?b@db', 'not percent-encoded'],
    ['postgres://u:a b@db', 'not percent-encoded'],
    ['postgres://u:%zz@db', '%25'],
    ['postgres://u:%00@db', '%25'],
    ['postgres://[::1', 'host and port'],
    ['postgres://[10.0.0.1]', 'host and port'],
    ['postgres://one,two', 'several hosts'],
    ['postgres://one:1,two:2', 'host and port'],
    ['postgres://-db', 'no valid host'],
    ['postgres://db?sslmode=require', 'tls.mode'],
    ['postgres://db?sslrootcert=x', 'tls.mode'],
  ])('%j is refused', (text, message) => {
    expect(partsOf(text)).toEqual([expect.stringContaining(message)]);
  });

  test('a parameter of another client is named in a warning; one that nobody knows is not repeated', () => {
    const warnings = (text: string): readonly string[] => {
      const parsed = parseServerUrl(text);
      return parsed.ok ? parsed.value.warnings : [];
    };
    expect(warnings('postgres://db/app?schema=public')).toEqual([
      'the parameter `schema` of the url has no effect here',
    ]);
    expect(warnings('postgres://db/app?hunter2')).toHaveLength(1);
    expect(warnings('postgres://db/app?hunter2').join()).not.toContain('hunter2');
  });

  test('any user, password and database survive percent-encoding', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(word, word, word, (user, password, database) => {
        const [login, secret, name] = [user, password, database].map(encodeURIComponent);
        expect(partsOf(`postgres://${login}:${secret}@db/${name}`)).toEqual([
          'db',
          5432,
          user,
          password,
          database,
        ]);
      }),
    );
  });
});
