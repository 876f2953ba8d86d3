import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstFileOf } from '../../../src/observe/docker/tar.ts';

/** One entry as ustar writes it. */
function entry(type: string, content: Buffer, changes: (header: Buffer) => void = () => {}): Buffer {
  const header = Buffer.alloc(512);
  header.write('pg_control', 0);
  header.write('0100600\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257);
  changes(header);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
const END = Buffer.alloc(1024);
const CONTENT = Buffer.from('what the file says');

describe('tar', () => {
  test('the first file, also behind descriptions of it and before other entries', () => {
    const pax = entry('x', Buffer.from('30 mtime=1700000000.123456789\n'));
    for (const before of [[], [pax], [entry('g', Buffer.alloc(0)), pax], [entry('L', Buffer.alloc(600))]]) {
      const tar = Buffer.concat([...before, entry('0', CONTENT), entry('0', Buffer.from('other')), END]);
      expect(firstFileOf(tar)).toEqual(CONTENT);
    }
    expect(firstFileOf(entry('\0', CONTENT))).toEqual(CONTENT);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['the end only', END],
    ['a directory', entry('5', Buffer.alloc(0))],
    ['a link, which may lead anywhere', entry('2', Buffer.alloc(0))],
    ['a file that is cut off', entry('0', Buffer.alloc(8192)).subarray(0, 4096)],
    ['a header that is cut off', entry('0', CONTENT).subarray(0, 511)],
    ['no size', entry('0', CONTENT, (header) => header.fill(0, 124, 136))],
    ['a size in base 256', entry('0', CONTENT, (header) => header.fill(0x80, 124, 136))],
    ['a web page', Buffer.alloc(2048, '<html>')],
  ])('%s gives nothing', (_name, tar) => {
    expect(firstFileOf(tar)).toBeUndefined();
  });

  test('a header with a wrong checksum gives nothing', () => {
    const tar = entry('0', CONTENT);
    tar[0] = 0x51;
    expect(firstFileOf(tar)).toBeUndefined();
  });

  test('garbage, and damage to a good one, never throws and never gives more than is there', () => {
    const good = Buffer.concat([entry('x', Buffer.alloc(100)), entry('0', CONTENT), END]);
    const damaged = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
      const tar = Buffer.from(good);
      tar[at] = byte;
      return tar;
    });
    const garbage = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, garbage), (tar) => {
        expect(firstFileOf(tar)?.length ?? 0).toBeLessThanOrEqual(tar.length);
      }),
    );
  });
});
