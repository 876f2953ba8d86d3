import { type Reader, StructureError, text } from '../../../model/readers.ts';
import type { Instant } from '../../../model/time.ts';

/** A file of a backup that cannot be used. It is never taken for none. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Times as people write them, to the millisecond. */
export const iso = (at: Instant): string => new Date(at).toISOString();

export const time: Reader<Instant> = (value, path) => {
  const written = text(value, path);
  const at = Date.parse(written);
  if (!Number.isFinite(at) || iso(at) !== written) throw new StructureError(`${path} is no time in UTC`);
  return at;
};

/** A number that fits no number of JavaScript, as text; without zeros before it. */
export const decimal: Reader<string> = (value, path) => {
  const found = text(value, path);
  if (!/^(0|[1-9]\d{0,19})$/.test(found)) throw new StructureError(`${path} is no number written as a text`);
  return found;
};

/** A sum of hashes, which may be below zero and of any length. */
export const integer: Reader<string> = (value, path) => {
  const found = text(value, path);
  if (!/^(0|-?[1-9]\d{0,59})$/.test(found))
    throw new StructureError(`${path} is no number written as a text`);
  return found;
};

export const sha256: Reader<string> = (value, path) => {
  const found = text(value, path);
  if (!/^[0-9a-f]{64}$/.test(found)) throw new StructureError(`${path} is no SHA-256`);
  return found;
};

export const count: Reader<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new StructureError(`${path} is no whole number`);
  return value as number;
};

/** A name beside the manifest, or in a directory beside it: it never leads anywhere else. */
export const localName: Reader<string> = (value, path) => {
  const found = text(value, path);
  if (!/^[0-9A-Za-z_-][0-9A-Za-z._-]*(\/[0-9A-Za-z_-][0-9A-Za-z._-]*)?$/.test(found))
    throw new StructureError(`${path} is no name of a file of a backup`);
  return found;
};

export const schemaOne: Reader<1> = (value, path) => {
  if (value !== 1) throw new StructureError(`${path} is not 1: another pgvigil wrote it`);
  return 1;
};

/** Takes text and what reads it; throws a `ManifestError` for everything that is not whole. */
export function decodeWith<T>(source: string, read: Reader<T>): T {
  try {
    return read(JSON.parse(source), '');
  } catch (error) {
    if (error instanceof SyntaxError) throw new ManifestError('it is no JSON, or was cut off');
    if (error instanceof StructureError) throw new ManifestError(error.message.replace(/^\./, ''));
    throw error;
  }
}

export function encode(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
