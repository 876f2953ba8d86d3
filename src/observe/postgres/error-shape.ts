/** The fields of an ErrorResponse that are codes (PostgreSQL docs, "Error and Notice Message Fields"). */
export interface ServerError {
  /** SQLSTATE; empty when the other side sent none. */
  readonly code: string;
  readonly routine: string;
  readonly detail: string;
}

/** The error as the server sent it, or `undefined` when it did not come from a server. */
export function serverErrorOf(error: unknown): ServerError | undefined {
  // The library's DatabaseError calls itself so; every error of Node has a capital letter.
  if (!isRecord(error) || error['name'] !== 'error') return undefined;
  return {
    code: /^[0-9A-Z]{5}$/.test(text(error['code'])) ? text(error['code']) : '',
    routine: text(error['routine']),
    detail: text(error['detail']),
  };
}

/** The codes of a Node error and of every error inside an AggregateError (happy eyeballs), without doubles. */
export function errnosOf(error: unknown, depth = 0): readonly string[] {
  if (!isRecord(error) || depth > 3) return [];
  const inner = Array.isArray(error['errors'])
    ? error['errors'].flatMap((one) => errnosOf(one, depth + 1))
    : [];
  const own = text(error['code']);
  return [...new Set(inner.length > 0 || own === '' ? inner : [own])];
}

/** Where the failure happened, as `address:port` or `host`, from fields that Node fills itself. */
export function addressOf(error: unknown, depth = 0): string {
  if (!isRecord(error) || depth > 3) return '';
  if (Array.isArray(error['errors'])) {
    const found = error['errors'].map((one) => addressOf(one, depth + 1)).filter(Boolean);
    return [...new Set(found)].join(', ');
  }
  const address = text(error['address']);
  if (!/^[\w.:%-]{1,64}$/.test(address)) return '';
  return typeof error['port'] === 'number' ? `${address}:${error['port']}` : address;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
