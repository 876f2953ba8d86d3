import { deflatePart, gzipOf } from './gzip-parts.ts';
import { type MetricsFormat, renderEnd, renderFamily } from './render.ts';
import type { Family } from './sheet.ts';

/** What a scrape is answered with. */
export interface Exposition {
  readonly plain: Buffer;
  /** Compressed when first asked for; not in the thread pool, which a frozen disk can fill. */
  readonly gzipped: () => Buffer;
}

/** Families as an exposition, one report after the other: only what is another object than before is rendered. */
export function createExpositions(format: MetricsFormat): (families: readonly Family[]) => Exposition {
  const rendered = new WeakMap<Family, Buffer>();
  const deflated = new WeakMap<Family, Buffer>();
  const end = renderEnd(format);
  const plainOf = remembered(rendered, (family) => renderFamily(family, format));
  const deflatedOf = remembered(deflated, (family) => deflatePart(plainOf(family)));
  return (families) => {
    const plain = Buffer.concat([...families.map(plainOf), end]);
    let gzipped: Buffer | undefined;
    return {
      plain,
      gzipped() {
        gzipped ??= gzipOf([...families.map(deflatedOf), deflatePart(end)], plain);
        return gzipped;
      },
    };
  };
}

function remembered(made: WeakMap<Family, Buffer>, make: (family: Family) => Buffer) {
  return (family: Family): Buffer => {
    const known = made.get(family);
    if (known !== undefined) return known;
    const buffer = make(family);
    made.set(family, buffer);
    return buffer;
  };
}
