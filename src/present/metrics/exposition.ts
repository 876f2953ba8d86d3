import { perObject } from '../../model/per-object.ts';
import { deflatePart, gzipOf } from './gzip-parts.ts';
import { type MetricsFormat, renderEnd, renderFamily } from './render.ts';
import type { Family } from './sheet.ts';

/** What a scrape is answered with. */
export interface Exposition {
  /** Each made when first asked for; nothing in the thread pool, which a frozen disk can fill. */
  readonly plain: () => Buffer;
  readonly gzipped: () => Buffer;
}

/** Pieces below this are compressed together: each by itself would repeat what the others say. */
const LARGE_BYTES = 8_192;

/** Families as an exposition, one report after the other: only what is another object than before is rendered. */
export function createExpositions(format: MetricsFormat): (families: readonly Family[]) => Exposition {
  const renderedOf = perObject((family: Family) => renderFamily(family, format));
  const deflatedOf = perObject(deflatePart);
  const end = renderEnd(format);
  return (families) => {
    const pieces = [...families.map(renderedOf), end];
    let plain: Buffer | undefined;
    let gzipped: Buffer | undefined;
    return {
      plain() {
        plain ??= Buffer.concat(pieces);
        return plain;
      },
      gzipped() {
        gzipped ??= gzipOf(deflated(pieces, deflatedOf), pieces);
        return gzipped;
      },
    };
  };
}

/** Large pieces as they were compressed before, and what is between them anew. */
function deflated(pieces: readonly Buffer[], deflatedOf: (piece: Buffer) => Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = (): void => {
    if (small.length > 0) parts.push(deflatePart(Buffer.concat(small)));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length < LARGE_BYTES) small.push(piece);
    else {
      flush();
      parts.push(deflatedOf(piece));
    }
  }
  flush();
  return parts;
}
