import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrub, plain, scrubFor } from '../../../src/observe/docker/scrub.ts';

const nothingKnown = createScrub([]);

describe('scrub', () => {
  test.each([
    'password=C4n4ry',
    'Password: C4n4ry',
    `primary_conninfo = 'host=db password=C4n4ry user=x'`,
    `password='C4n4ry with blanks' host=db`,
    `password='C4n4ry that is cut off`,
    'PGPASSWORD=C4n4ry pg_dump',
    '{"api_key": "C4n4ry"}',
    'AUTH_TOKEN=C4n4ry',
    `ALTER ROLE app PASSWORD 'C4n4ry'`,
    `CREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD 'it''s C4n4ry'`,
    `ALTER ROLE app PASSWORD E'\\'C4n4ry'`,
    `ALTER ROLE app PASSWORD 'C4n4ry that is cut`,
    'postgres://app:C4n4ry@db:5432/shop',
    'could not connect to "postgresql://app:p@C4n4ry@db/shop?sslmode=disable"',
    'amqp://:C4n4ry@queue',
    'SCRAM-SHA-256$4096:C4n4ry$x:y',
  ])('hides the secret of: %s', (text) => {
    expect(nothingKnown(text)).not.toContain('C4n4ry');
    expect(nothingKnown(text)).toContain('[hidden]');
  });

  test.each([
    'FATAL:  password authentication failed for user "app"',
    'FATAL:  database "simfab_dev" does not exist',
    'PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device',
    'FATAL:  could not open file "global/pg_filenode.map": No such file or directory',
  ])('leaves alone: %s', (text) => {
    expect(nothingKnown(text)).toBe(text);
  });

  test('hides what the environment and the command line of the container hold', () => {
    const scrub = scrubFor({
      Config: {
        Env: [
          'POSTGRES_PASSWORD=C4n4ry-1',
          'RESTIC_SECRET=C4n4ry-2=with=signs',
          'GITHUB_TOKEN=C4n4ry-3',
          'AWS_ACCESS_KEY_ID=C4n4ry-4',
          'DATABASE_URL=postgres://app:C4n4ry-5@db/x',
          'REPLICATION=host=a password=C4n4ry-6',
          'MULTI_KEY=C4n4ry-7\nC4n4ry-8',
          'DB_PASS=a1',
          'PATH=/usr/bin',
        ],
        Cmd: ['postgres', '-c', `primary_conninfo=host=b password='C4n4ry-9'`, '--token=C4n4ry-10'],
      },
    });
    const said = Array.from({ length: 10 }, (_, index) => `"C4n4ry-${index + 1}`);
    const text = scrub(`${said.join('" ')} C4n4ry-2=with=signs ${encodeURIComponent('C4n4ry-2=with=signs')}`);
    expect(text.replaceAll('C4n4ry-2', '')).not.toContain('C4n4ry');
    expect(scrub('C4n4ry-2=with=signs')).toBe('[hidden]');
    expect(scrub('role "a1" a1b in /usr/bin')).toBe('role "[hidden]" a1b in /usr/bin');
    expect(JSON.stringify({ scrub, list: [scrub] })).not.toContain('C4n4ry');
  });

  test('an answer without an environment scrubs what looks like a password', () => {
    for (const answer of [undefined, {}, { Config: null }, { Config: { Env: 'x', Cmd: 3 } }]) {
      expect(scrubFor(answer)('password=C4n4ry')).toBe('password=[hidden]');
    }
  });

  test('a known secret never comes out, wherever it stands', () => {
    const secret = fc.string({ minLength: 4, unit: fc.constantFrom(...'abXY01$^*.([{|\\?+/@:%\'" ü') });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (known, before, after) => {
        fc.pre(known.trim().length >= 4);
        expect(createScrub([known])(`${before}${known}${after}`)).not.toContain(known.trim());
      }),
    );
  });

  test('plain text has no control characters, marks of direction or line ends', () => {
    expect(plain('a\u0000b\u001b[31mc\u202ed\u200be\nf\u2028g\u0085h')).toBe('ab[31mcdefgh');
  });
});
