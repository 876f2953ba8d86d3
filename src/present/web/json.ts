/**
 * A value of the model as JSON text: a Map becomes an object, and what is unknown is an explicit null, so that
 * a reader can tell it from a field that does not exist.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner === undefined) return null;
    return inner instanceof Map ? Object.fromEntries(inner) : inner;
  });
}
