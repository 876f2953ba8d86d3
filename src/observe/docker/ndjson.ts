import { StringDecoder } from 'node:string_decoder';

/** Longer lines than this are no events; the daemon's are below 10 kB. */
const MAX_LINE_CHARS = 1_000_000;

/** Splits a stream of bytes into lines. */
export interface LineSplitter {
  /** Takes the next bytes; gives the lines that are complete now, without empty ones. */
  push(chunk: Uint8Array): readonly string[];
  /** Lines that were thrown away because they were too long. */
  overlong(): number;
}

/**
 * Makes a splitter for one stream. A chunk may hold many lines, or end inside a line or inside a character; a
 * line over `maxChars` is skipped up to its end, so that memory stays bounded.
 */
export function createLineSplitter(maxChars = MAX_LINE_CHARS): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  let chars = 0;
  let skipping = false;
  let overlong = 0;

  function keep(piece: string): void {
    if (skipping || piece === '') return;
    chars += piece.length;
    if (chars <= maxChars) {
      pieces.push(piece);
      return;
    }
    skipping = true;
    overlong += 1;
    pieces = [];
  }

  function finish(): string {
    const line = skipping ? '' : pieces.join('').trim();
    pieces = [];
    chars = 0;
    skipping = false;
    return line;
  }

  return {
    push(chunk) {
      const parts = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)).split('\n');
      const rest = parts.pop() ?? '';
      const lines: string[] = [];
      for (const part of parts) {
        keep(part);
        const line = finish();
        if (line !== '') lines.push(line);
      }
      keep(rest);
      return lines;
    },
    overlong: () => overlong,
  };
}
