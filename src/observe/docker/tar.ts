const BLOCK = 512;
/** Entries that only describe the next one: pax headers, and long names of GNU tar (POSIX.1-2008, pax). */
const DESCRIPTIONS = 'xgLK';
const REGULAR = '0\0';

/**
 * Takes a tar archive, whole or cut off; gives the bytes of its first entry, or `undefined` when that is no regular
 * file, is not all there, or the header does not add up.
 */
export function firstFileOf(tar: Buffer): Buffer | undefined {
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK);
    const sizeBytes = octal(header.subarray(124, 136));
    if (sizeBytes === undefined || octal(header.subarray(148, 156)) !== checksumOf(header)) return undefined;
    const start = offset + BLOCK;
    const type = header.toString('latin1', 156, 157);
    if (REGULAR.includes(type)) {
      return start + sizeBytes <= tar.length ? tar.subarray(start, start + sizeBytes) : undefined;
    }
    if (!DESCRIPTIONS.includes(type)) return undefined;
    offset = start + Math.ceil(sizeBytes / BLOCK) * BLOCK;
  }
  return undefined;
}

function octal(field: Buffer): number | undefined {
  const digits = /^ *([0-7]{1,11})[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** The sum of the bytes of the header, its own field counted as blanks. */
function checksumOf(header: Buffer): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}
