import { createHash } from 'node:crypto';
import { cutToBytes } from '../words/cut.ts';

/** Longest label value in bytes of UTF-8: far above any PostgreSQL name (63), far below scrape limits. */
const MAX_BYTES = 200;
const HASH_DIGITS = 12;
const SUFFIX_BYTES = 1 + HASH_DIGITS;

const PLAIN = /^[\x20-\x7d]{0,200}$/;
const CONTROL = /\p{Cc}/u;
const CONTROLS = /\p{Cc}/gu;
/** In Unicode mode this matches only surrogates without a partner, which UTF-8 cannot carry. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** What our own suffix looks like: a name that ends so by itself is marked too, so that it stays apart. */
const SUFFIXED = /~[0-9a-f]{12}$/;

/**
 * Text as a label value that every parser takes: well-formed, without control characters, at most 200 bytes.
 * A value that had to be altered ends in `~` and a hash of the original, so that two different texts stay
 * two different values.
 */
export function toLabel(text: string): string {
  if (PLAIN.test(text)) return text;
  const altered =
    CONTROL.test(text) ||
    LONE_SURROGATE.test(text) ||
    SUFFIXED.test(text) ||
    Buffer.byteLength(text, 'utf8') > MAX_BYTES;
  if (!altered) return text;
  const visible = text.replace(LONE_SURROGATES, '\ufffd').replace(CONTROLS, pictureOf);
  return `${cutToBytes(visible, MAX_BYTES - SUFFIX_BYTES)}~${hashOf(text)}`;
}

/** Every control character but the end of a line. */
const CONTROLS_IN_TEXT = /[^\P{Cc}\n]/gu;

/**
 * Text for people as a label value: lines stay lines and it is not cut, for whoever made it did that. It tells
 * nothing apart.
 */
export function toTextLabel(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd').replace(CONTROLS_IN_TEXT, pictureOf);
}

/** The visible sign of a control character: U+2400 and on for C0, U+2421 for DEL, else U+FFFD. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** Hashes the UTF-16 code units: two different lone surrogates are the same in UTF-8. */
function hashOf(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex').slice(0, HASH_DIGITS);
}
