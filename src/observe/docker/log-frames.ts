import { createLineSplitter, type LineSplitter } from './ndjson.ts';

/** Turns the bytes of a container's log into lines, whatever the container: with a terminal or without. */
export interface LogFrames {
  /** Takes the next bytes; gives the lines that are complete now, each with its stream's order kept. */
  push(chunk: Buffer): readonly string[];
}

const HEADER_BYTES = 8;
/** The engine cuts lines at 16 kB; a frame far beyond is no frame. */
const MAX_FRAME_BYTES = 1_048_576;
const MAX_LINE_CHARS = 32_768;

/**
 * Makes a reader of GET /logs with timestamps. Without a terminal the output comes in frames, each after 8 bytes:
 * the stream (0 to 2), three zeros, the length (big endian); with one it comes raw, and begins with a year.
 */
export function createLogFrames(): LogFrames {
  const splitters = new Map<number, LineSplitter>();
  let pending: Buffer = Buffer.alloc(0);
  let mode: 'unknown' | 'frames' | 'raw' | 'broken' = 'unknown';

  function split(stream: number, bytes: Buffer): readonly string[] {
    const splitter = splitters.get(stream) ?? createLineSplitter(MAX_LINE_CHARS);
    splitters.set(stream, splitter);
    return splitter.push(bytes);
  }

  function unframe(): readonly string[] {
    const lines: string[] = [];
    while (pending.length >= HEADER_BYTES) {
      const stream = pending[0] ?? 0;
      const length = pending.readUInt32BE(4);
      if (stream > 2 || pending.readUIntBE(1, 3) !== 0 || length > MAX_FRAME_BYTES) {
        mode = 'broken';
        break;
      }
      if (pending.length < HEADER_BYTES + length) break;
      lines.push(...split(stream, pending.subarray(HEADER_BYTES, HEADER_BYTES + length)));
      pending = pending.subarray(HEADER_BYTES + length);
    }
    return lines;
  }

  return {
    push(chunk) {
      if (chunk.length === 0 || mode === 'broken') return [];
      if (mode === 'unknown') mode = (chunk[0] ?? 0) <= 2 ? 'frames' : 'raw';
      if (mode === 'raw') return split(1, chunk);
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      return unframe();
    },
  };
}
