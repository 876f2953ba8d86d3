/** Readers of JSON that may hold anything: each gives the value when it has the type, else nothing. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Gives `value` when it is a plain JSON object, else an empty one. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Gives `value` when it is an array, else an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Gives `value` when it is a string, else `''`. */
export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Gives `value` when it is a finite number, else `undefined`. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Gives the entries of a JSON object that are text and that `wanted` lets pass. */
export function textEntries(value: unknown, wanted: (key: string) => boolean): ReadonlyMap<string, string> {
  const entries = Object.entries(asObject(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && wanted(entry[0]),
  );
  return new Map(entries);
}

/** Go's zero time, which the engine prints where it knows no time. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Takes an RFC 3339 time; gives milliseconds since the epoch, or `undefined` for none, year 1 or nonsense. */
export function asInstant(value: unknown): number | undefined {
  const text = asString(value);
  if (text === '' || text.startsWith('0001-01-01T')) return undefined;
  const at = Date.parse(text);
  return Number.isFinite(at) ? at : undefined;
}

/**
 * Lets pass the labels that we read. Others are dropped at the edge: people keep credentials in labels, for
 * example the basic authentication of a reverse proxy.
 */
export function isKnownLabel(key: string): boolean {
  return /^(com\.docker\.(compose|volume|stack|swarm)|io\.podman\.compose|pgvigil)\./.test(key);
}
