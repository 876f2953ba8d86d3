import type { Answer } from './classify.ts';

/** Every first message of a server to a startup packet: authentication, error, notice, protocol negotiation. */
const FIRST_CODES = 'RENv';
/** libpq believes no longer message before authentication is over (fe-connect.c). */
const MAX_LENGTH = 30_000;
/** Code and length: what a message begins with. */
const HEADER_BYTES = 5;

/** What the first bytes received on a plain connection look like; `none` while too few to tell. */
export function judgeFirstBytes(bytes: Uint8Array): Answer {
  const code = bytes[0];
  if (code === undefined) return 'none';
  if (!FIRST_CODES.includes(String.fromCharCode(code))) return 'foreign';
  if (bytes.length < HEADER_BYTES) return 'none';
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
  return length >= 4 && length <= MAX_LENGTH ? 'postgres' : 'foreign';
}

/** What the single byte is that answers a request for TLS: `S` yes, `N` no, `E` an old error. */
export function judgeTlsAnswer(bytes: Uint8Array): Answer | 'refused' {
  const code = String.fromCharCode(bytes[0] ?? 0);
  if (code === 'S' || code === 'E') return 'postgres';
  return code === 'N' ? 'refused' : 'foreign';
}
