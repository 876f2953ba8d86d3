import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { fileOutlet, streamOutlet } from '../../src/cli/outlet.ts';

test('a full disk loses text, and nothing else happens', () => {
  const fd = openSync('/dev/full', 'w');
  try {
    const write = fileOutlet(fd);
    expect([write('one\n'), write('two\n')]).toEqual([false, false]);
  } finally {
    closeSync(fd);
  }
});

test('a file takes everything', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-outlet-'));
  const path = join(directory, 'log');
  const fd = openSync(path, 'w');
  try {
    const write = fileOutlet(fd);
    expect([write('one\n'), write('zwölf\n')]).toEqual([true, true]);
    expect(readFileSync(path, 'utf8')).toBe('one\nzwölf\n');
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
});

test('what a reader who stands still does not take is kept up to a bound', () => {
  const write = streamOutlet(new Writable({ write: () => {} }));
  const kilobyte = 'x'.repeat(1024);
  const taken = Array.from({ length: 2000 }, () => write(kilobyte)).filter(Boolean).length;
  expect(taken).toBe(1025);
});

test('a reader who went away is no error', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const write = streamOutlet(stream);
  expect(write('one\n')).toBe(true);
  await new Promise((resolve) => stream.once('close', resolve));
  expect(write('two\n')).toBe(false);
});
