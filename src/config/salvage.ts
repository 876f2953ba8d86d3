import { z } from 'zod';
import type { Path } from './problem.ts';

/** A value of which any part may be missing, because it was missing or wrong. */
export type Salvaged<T> = T extends string | number | boolean | RegExp
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Salvaged<Item> | undefined)[]
    : T extends object
      ? { readonly [Key in keyof T]?: Salvaged<T[Key]> | undefined }
      : T;

/**
 * Takes a schema and input it refuses, and gives what is right of it, so that the checks that span several
 * values run in the same pass and a person sees every problem at once.
 */
export function salvage<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
): Salvaged<z.output<Schema>> | undefined {
  return salvageAny(schema, raw) as Salvaged<z.output<Schema>> | undefined;
}

function salvageAny(schema: z.core.$ZodType, raw: unknown): unknown {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject && isMapping(raw)) {
    const entries = Object.entries(inner.shape).map(([key, part]) => [key, salvageAny(part, raw[key])]);
    return Object.fromEntries(entries);
  }
  if (inner instanceof z.ZodArray && Array.isArray(raw)) {
    return raw.map((item) => salvageAny(inner.element, item));
  }
  const parsed = z.safeParse(schema, raw);
  return parsed.success ? parsed.data : undefined;
}

/** Takes a schema and the path of a mapping, and gives the keys allowed there; empty where any key is. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return path.length > 0 ? keysAt(inner.element, path.slice(1)) : [];
  if (!(inner instanceof z.ZodObject)) return [];
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(inner.shape);
  const part = Object.hasOwn(inner.shape, key) ? inner.shape[String(key)] : undefined;
  return part === undefined ? [] : keysAt(part, rest);
}

/** Cuts a path before the first key that is not ours: a piece of a broken value can end up as a key. */
export function knownPart(schema: z.core.$ZodType, path: Path): Path {
  const end = path.findIndex(
    (part, index) => typeof part !== 'number' && !keysAt(schema, path.slice(0, index)).includes(String(part)),
  );
  return end === -1 ? path : path.slice(0, end);
}

/** Takes a schema and gives every mapping in it as its path (`servers[]`, `''` for the root) and its keys. */
export function mappings(
  schema: z.core.$ZodType,
  path = '',
): readonly (readonly [string, readonly string[]])[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return mappings(inner.element, `${path}[]`);
  if (!(inner instanceof z.ZodObject)) return [];
  return [
    [path, Object.keys(inner.shape)],
    ...Object.entries(inner.shape).flatMap(([key, part]) =>
      mappings(part as z.core.$ZodType, path === '' ? key : `${path}.${key}`),
    ),
  ];
}

/** The schema inside defaults and options; of a choice, the mapping. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return bare(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.map(bare).find((option) => option instanceof z.ZodObject) ?? schema;
  }
  return schema;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
