/** So much of a file tells what it is. */
export const MAGIC_BYTES = 512;

/** How files begin that may hold a dump: by pg_dump itself, compressed, or encrypted. */
const BEGINNINGS: readonly (string | readonly number[])[] = [
  'PGDMP',
  '--',
  'age-encryption.org/',
  [0x1f, 0x8b], // gzip
  [0x28, 0xb5, 0x2f, 0xfd], // zstd
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], // xz
  [0x42, 0x5a, 0x68], // bzip2
  [0x04, 0x22, 0x4d, 0x18], // lz4
];
/** First bytes of an OpenPGP message: a session key that is encrypted for a key or by a passphrase (RFC 9580, 4.2). */
const OPENPGP = [0x84, 0x85, 0x86, 0x8c, 0x8d, 0xc1, 0xc3];
/** The table of contents is the first file in a tar by pg_dump. Any other tar may be one of a running data directory. */
const TAR_BY_PG_DUMP = 'toc.dat\0';

/** Whether a file that begins so may be a dump. That it can be restored, only a restore shows. */
export function mayBeDump(beginning: Uint8Array): boolean {
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  if (bytes.length === 0) return false;
  if (BEGINNINGS.some((start) => bytes.subarray(0, start.length).equals(Buffer.from(start as string))))
    return true;
  if (bytes.subarray(257, 262).toString('latin1') === 'ustar')
    return bytes.subarray(0, TAR_BY_PG_DUMP.length).toString('latin1') === TAR_BY_PG_DUMP;
  return OPENPGP.includes(bytes[0] ?? 0);
}
