/** Reads one value out of parsed JSON, or throws a `StructureError`; `path` says where it is. */
export type Reader<T> = (value: unknown, path: string) => T;

/** The text is JSON, but not what was expected. */
export class StructureError extends Error {
  override readonly name = 'StructureError';
}

function expected(what: string, path: string): never {
  throw new StructureError(`${path || 'the text'} is not ${what}`);
}

export const text: Reader<string> = (value, path) =>
  typeof value === 'string' ? value : expected('a text', path);

export const number: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : expected('a number', path);

export const boolean: Reader<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : expected('true or false', path);

/** A text, a number or a truth: a fact of an evidence. */
export const scalar: Reader<string | number | boolean> = (value, path) =>
  typeof value === 'number'
    ? number(value, path)
    : typeof value === 'string' || typeof value === 'boolean'
      ? value
      : expected('a text, a number, true or false', path);

/** An array of values of one kind. */
export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((one: unknown, index) => read(one, `${path}[${index}]`))
      : expected('a list', path);
}

/** An object with any fields of one kind. */
export function fields<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return expected('an object', path);
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, read(one, `${path}.${name}`)]),
    );
  };
}

/** One of a few texts. */
export function oneOf<T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, path) =>
    allowed.find((one) => one === value) ?? expected(`one of ${allowed.join(', ')}`, path);
}

/** Absent becomes `undefined`; `null` is never written and therefore an error. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined ? undefined : read(value, path));
}

/** Absent becomes `fallback`: a field that an older pgvigil did not write. */
export function defaulted<T>(read: Reader<T>, fallback: T): Reader<T> {
  return (value, path) => (value === undefined ? fallback : read(value, path));
}

/** An object with exactly these fields; optional ones may be absent. */
export function record<T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return expected('an object', path);
    const source = value as Readonly<Record<string, unknown>>;
    const entries = names.map((name) => {
      const found = Object.hasOwn(source, name) ? source[name] : undefined;
      return [name, fields[name](found, `${path}.${name}`)];
    });
    // After those that are known: what a newer pgvigil wrote says so in the first of them.
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) expected('known', `${path}.${name}`);
    }
    return Object.fromEntries(entries) as T;
  };
}

/** A map, written as an array of [name, value]: any name survives, `__proto__` too. */
export function map<T>(read: Reader<T>): Reader<ReadonlyMap<string, T>> {
  return (value, path) => {
    if (!Array.isArray(value)) return expected('a list', path);
    const found = new Map<string, T>();
    for (const entry of value as readonly unknown[]) {
      if (!Array.isArray(entry) || entry.length !== 2) return expected('a list of pairs', path);
      const name = text(entry[0], `${path}[]`);
      if (found.has(name)) return expected('free of repetitions', path);
      found.set(name, read(entry[1], `${path}[${JSON.stringify(name)}]`));
    }
    return found;
  };
}
