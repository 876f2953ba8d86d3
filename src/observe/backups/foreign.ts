import { type Reader, StructureError } from '../../model/readers.ts';
import { ListingError } from './copy.ts';

/** A whole number of 16 digits and more, outside of texts; as a number it would be rounded from 2^53 on. */
const LONG_NUMBERS = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * Reads the JSON of another program. Identifiers of servers are numbers of 64 bits there: every long number becomes
 * its decimal text. Throws a `ListingError` for what is no JSON, or not what `read` expects.
 */
export function readForeign<T>(source: string, read: Reader<T>): T {
  try {
    const quoted = source.replace(LONG_NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`));
    return read(JSON.parse(quoted), '');
  } catch (error) {
    if (error instanceof SyntaxError) throw new ListingError('unreadable', 'its answer is no JSON');
    if (error instanceof StructureError)
      throw new ListingError('unreadable', `its answer is not as expected: ${error.message}`);
    throw error;
  }
}

/** An object with these fields, and any others: a newer version may write more. `null` is the same as absent. */
export function having<T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new StructureError(`${path || 'the answer'} is not an object`);
    const source = value as Readonly<Record<string, unknown>>;
    const entries = (Object.keys(fields) as (keyof T & string)[]).map((name) => {
      const found = Object.hasOwn(source, name) ? (source[name] ?? undefined) : undefined;
      return [name, fields[name](found, `${path}.${name}`)];
    });
    return Object.fromEntries(entries) as T;
  };
}

/** An identifier of a server: decimal text, however it was written. */
export const identifier: Reader<string> = (value, path) => {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text))
    throw new StructureError(`${path} is no system identifier`);
  return text;
};

/** A time with a zone, as ISO 8601. */
export const isoTime: Reader<number> = (value, path) => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(at)) throw new StructureError(`${path} is no time`);
  return at;
};
