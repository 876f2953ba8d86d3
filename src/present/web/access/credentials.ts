/** What a client says it is. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** More than any password, and little to hash. */
const MAX_CHARACTERS = 1024;

/** Reads an `Authorization` header (RFC 7617); `undefined` for everything that is no basic authentication. */
export function readCredentials(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(header ?? '') ?? [];
  if (encoded === undefined || encoded.length > MAX_CHARACTERS) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
