import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from '../../../src/observe/docker/ndjson.ts';

test('lines come out whole, however the bytes were cut', () => {
  const text = fc.string({ unit: 'binary' }).map((line) => line.replaceAll('\n', '').trim());
  fc.assert(
    fc.property(fc.array(text), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const splitter = createLineSplitter();
      const out: string[] = [];
      for (let at = 0; at < bytes.length; ) {
        const step = cuts.next().value;
        out.push(...splitter.push(bytes.subarray(at, at + step)));
        at += step;
      }
      // A lone surrogate cannot be encoded; Node writes the replacement character for it.
      expect(out).toEqual(
        lines.map((line) => Buffer.from(line).toString().trim()).filter((line) => line !== ''),
      );
      expect(splitter.overlong()).toBe(0);
    }),
  );
});

test('a line that is too long is skipped to its end and counted; the next one is read', () => {
  const splitter = createLineSplitter(10);
  expect(splitter.push(Buffer.from('0123456'))).toEqual([]);
  expect(splitter.push(Buffer.from('789abcdef'))).toEqual([]);
  expect(splitter.push(Buffer.from('more of it'))).toEqual([]);
  expect(splitter.push(Buffer.from('end\nshort\n'))).toEqual(['short']);
  expect(splitter.overlong()).toBe(1);
});

test('the last line is held back until it ends', () => {
  const splitter = createLineSplitter();
  expect(splitter.push(Buffer.from('a\r\n\nb'))).toEqual(['a']);
  expect(splitter.push(Buffer.from('c\n'))).toEqual(['bc']);
});
