import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { thereAlready, writeAll } from '../../../src/cli/init/files.ts';
import { findLocal } from '../../../src/cli/init/local.ts';
import { scramVerifier } from '../../../src/cli/init/scram.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgvigil-init-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('writing', () => {
  const file = (name: string, mode = 0o600) => ({ name, text: `${name}\n`, mode });

  test('all of them, with their directories and modes', () => {
    const place = join(directory, 'a/b');
    writeAll(place, [file('one', 0o644), file('deep/er/two')]);
    expect(readFileSync(join(place, 'deep/er/two'), 'utf8')).toBe('deep/er/two\n');
    expect(statSync(join(place, 'deep/er/two')).mode & 0o777).toBe(0o600);
  });

  test('none where one is there, and nothing that was made remains', () => {
    mkdirSync(join(directory, 'kept'));
    writeFileSync(join(directory, 'kept/two'), 'mine');
    expect(() => writeAll(directory, [file('one'), file('new/er/three'), file('kept/two')])).toThrow(
      'EEXIST',
    );
    expect(readdirSync(directory)).toEqual(['kept']);
    expect(readFileSync(join(directory, 'kept/two'), 'utf8')).toBe('mine');
  });

  test('a link is never followed', () => {
    symlinkSync(join(directory, 'nowhere'), join(directory, 'one'));
    expect(thereAlready(directory, ['one', 'two'])).toEqual(['one']);
    expect(() => writeAll(directory, [file('one')])).toThrow('EEXIST');
    expect(existsSync(join(directory, 'nowhere'))).toBe(false);
  });

  test('a directory that is not there has nothing in it', () => {
    expect(thereAlready(join(directory, 'not/here'), ['one'])).toEqual([]);
  });
});

describe('servers of this machine', () => {
  /** Something that listens in place of a server's socket, and answers `reply` to whatever comes. */
  const listening = async (port: number, reply: string): Promise<() => void> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(reply));
    });
    await new Promise<void>((resolve) => server.listen(join(directory, `.s.PGSQL.${port}`), resolve));
    return () => server.close();
  };

  test('what answers as PostgreSQL does is one; a web server, a silent one and a dead socket are not', async () => {
    const ends = [
      await listening(1, 'N'),
      await listening(2, 'HTTP/1.1 400 Bad Request\r\n\r\n'),
      await listening(3, ''),
    ];
    writeFileSync(join(directory, '.s.PGSQL.4'), '');
    writeFileSync(join(directory, '.s.PGSQL.1.lock'), '');
    const found = await findLocal([directory, join(directory, 'not-there')]);
    for (const end of ends) end();
    // Whatever listens on port 5432 of this machine has no socket here.
    expect(found.filter(({ socketDirectory }) => socketDirectory !== undefined)).toEqual([
      { host: directory, port: 1, socketDirectory: directory },
    ]);
  });
});

test('a verifier is what the RFC makes of the same salt', () => {
  // The example of RFC 7677, section 3.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});
