import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Metrics repeat themselves: the quickest level already makes them twenty times smaller. */
const LEVEL = 1;
/** RFC 1952 §2.3: magic, deflate, no flags, no time, quickest, made on Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3]);
/** RFC 1951 §3.2.6: a last block, with fixed codes, that holds nothing but its end. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/**
 * Compresses a piece of a whole by itself: it ends on the border of a byte, refers to nothing before it, and does
 * not end the stream (Z_FULL_FLUSH).
 */
export function deflatePart(plain: Buffer): Buffer {
  return deflateRawSync(plain, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });
}

/**
 * Pieces one after the other as one member of gzip, which every client reads; of several members many read only the
 * first one. `plain` is what they were made of, in any pieces.
 */
export function gzipOf(parts: readonly Buffer[], plain: readonly Buffer[]): Buffer {
  const trailer = Buffer.alloc(8);
  const checksum = plain.reduce((sum, piece) => crc32(piece, sum), 0);
  const length = plain.reduce((sum, piece) => sum + piece.length, 0);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...parts, LAST_BLOCK, trailer]);
}
