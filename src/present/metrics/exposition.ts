import { deflatePart, gzipOf } from './gzip-parts.ts';
import { type MetricsFormat, renderEnd, renderFamily } from './render.ts';
import type { Family } from './sheet.ts';

/** What a scrape is answered with. */
export interface Exposition {
  readonly plain: Buffer;
  /** Compressed when first asked for; not in the thread pool, which a frozen disk can fill. */
  readonly gzipped: () => Buffer;
}

/** Pieces below this are compressed together: each by itself would repeat what the others say. */
const LARGE_BYTES = 8_192;

/** Families as an exposition, one report after the other: only what is another object than before is rendered. */
export function createExpositions(format: MetricsFormat): (families: readonly Family[]) => Exposition {
  const renderedOf = remembered((family: Family) => renderFamily(family, format));
  const deflatedOf = remembered(deflatePart);
  const end = renderEnd(format);
  return (families) => {
    const pieces = [...families.map(renderedOf), end];
    const plain = Buffer.concat(pieces);
    let gzipped: Buffer | undefined;
    return {
      plain,
      gzipped() {
        gzipped ??= gzipOf(deflated(pieces, deflatedOf), plain);
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

/** Makes something of an object at most once. */
function remembered<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new WeakMap<Given, Made>();
  return (given) => {
    const made = known.get(given) ?? make(given);
    known.set(given, made);
    return made;
  };
}
