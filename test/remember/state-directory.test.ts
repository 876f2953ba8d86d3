import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendDurably, readStateFile, setAside, writeDurably } from '../../src/remember/state-directory.ts';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'pgvigil-state-'));
  directory = join(parent, 'a/b');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (name: string) => readFileSync(join(directory, name), 'utf8');
const modeOf = (path: string) => statSync(path).mode & 0o777;
const write = (content: string) => writeDurably(directory, 'l.json', bytes(content), 'l.previous.json');
const append = (content: string) => appendDurably(directory, 'j.ndjson', content, { maxBytes: 30, keep: 3 });

describe('the state directory', () => {
  test('is made when missing, and nobody else may look', () => {
    write('one');
    append('line\n');
    expect(modeOf(directory)).toBe(0o700);
    expect(modeOf(join(directory, 'l.json'))).toBe(0o600);
    expect(modeOf(join(directory, 'j.ndjson'))).toBe(0o600);
  });

  test('a file that is not there is undefined, and so is one in a directory that is not there', () => {
    expect(readStateFile(directory, 'l.json')).toBeUndefined();
    write('one');
    expect(readStateFile(directory, 'x.json')).toBeUndefined();
    expect(readStateFile(join(directory, 'l.json'), 'x')).toBeUndefined();
  });

  test('reads all, or the end', () => {
    write('0123456789');
    expect(readStateFile(directory, 'l.json')).toEqual(bytes('0123456789'));
    expect(readStateFile(directory, 'l.json', 3)).toEqual(bytes('789'));
    expect(readStateFile(directory, 'l.json', 99)).toEqual(bytes('0123456789'));
  });

  test('keeps the generation before, and leaves nothing else', () => {
    for (const content of ['one', 'two', 'three']) write(content);
    expect(readdirSync(directory).sort()).toEqual(['l.json', 'l.previous.json']);
    expect([text('l.json'), text('l.previous.json')]).toEqual(['three', 'two']);
  });

  test('goes on where a crash left the same file under both names', () => {
    write('one');
    linkSync(join(directory, 'l.json'), join(directory, 'l.previous.json'));
    write('two');
    write('three');
    expect(readdirSync(directory).sort()).toEqual(['l.json', 'l.previous.json']);
    expect([text('l.json'), text('l.previous.json')]).toEqual(['three', 'two']);
  });

  test('removes temporary files of writers that were killed long ago, and only those', () => {
    mkdirSync(directory, { recursive: true });
    const old = ['l.json.0123456789ab.tmp', 'mine.tmp', 'notes.txt'];
    for (const name of [...old, 'l.json.ba9876543210.tmp']) writeFileSync(join(directory, name), '');
    for (const name of old) utimesSync(join(directory, name), 1, 1);
    write('one');
    expect(readdirSync(directory).sort()).toEqual([
      'l.json',
      'l.json.ba9876543210.tmp',
      'mine.tmp',
      'notes.txt',
    ]);
  });

  test('a write that fails changes nothing and leaves nothing behind', () => {
    write('one');
    mkdirSync(join(directory, 'l.previous.json'));
    expect(() => write('two')).toThrow(/EISDIR/);
    expect(text('l.json')).toBe('one');
    expect(readdirSync(directory).sort()).toEqual(['l.json', 'l.previous.json']);
  });

  test('a line that a crash cut off is not glued to the next one', () => {
    append('one\n');
    writeFileSync(join(directory, 'j.ndjson'), 'one\ntw');
    append('three\n');
    expect(text('j.ndjson')).toBe('one\ntw\nthree\n');
  });

  test('rotates by size and keeps a few', () => {
    for (let n = 0; n < 10; n += 1) append(`${n}`.repeat(19).concat('\n'));
    expect(readdirSync(directory).sort()).toEqual(['j.1.ndjson', 'j.2.ndjson', 'j.3.ndjson', 'j.ndjson']);
    expect(text('j.ndjson')).toMatch(/^9+\n$/);
    expect(text('j.3.ndjson')).toMatch(/^6+\n$/);
  });

  test('putting aside what is not there is no error', () => {
    mkdirSync(directory, { recursive: true });
    setAside(directory, 'l.json', 'x');
    write('one');
    setAside(directory, 'l.json', 'x');
    expect(existsSync(join(directory, 'l.json'))).toBe(false);
    expect(text('x')).toBe('one');
  });

  test('a directory where the file should be is an error with its code', () => {
    mkdirSync(join(directory, 'l.json'), { recursive: true });
    expect(() => readStateFile(directory, 'l.json')).toThrow(/EISDIR/);
  });

  test('a path that is a file is an error with its code', () => {
    writeFileSync(join(parent, 'a'), '');
    expect(() => write('one')).toThrow(/ENOTDIR|EEXIST/);
  });
});
