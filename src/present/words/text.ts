import type { Instant } from '../../model/time.ts';

/** Control characters, bidirectional controls, line separators and unpaired surrogates. */
const HARMFUL = /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** No name is longer; a line of a log may be. */
const MAX_CHARACTERS = 400;
/** What Docker calls a volume that nobody gave a name. */
const ANONYMOUS = /^[0-9a-f]{64}$/;
/** Needs no quotes in any shell, and is no option. */
const SHELL_SAFE = /^[\w./:][\w.:@%+/-]*$/;
/** Safe between double quotes of SQL inside single quotes of a shell. */
const SQL_SAFE = /^[\w.$-]+$/;

/** Text of others, whole, as a part of one line: it can neither end the line nor turn its direction. */
export const harmless = (text: string): string => text.replace(HARMFUL, '\ufffd');

/** The same, cut where no name ends. */
export function plain(text: string): string {
  const line = harmless(text.slice(0, MAX_CHARACTERS + 1));
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line;
}

/** A name as a sentence shows it; an anonymous volume is cut to what `docker ps` shows of an id. */
export function short(name: string): string {
  return ANONYMOUS.test(name) ? name.slice(0, 12) : plain(name);
}

/** A name as a word of a shell command; the placeholder where it cannot be written safely, or is not known. */
export function inShell(name: string | undefined, placeholder: string): string {
  if (name === undefined) return placeholder;
  if (SHELL_SAFE.test(name)) return name;
  return name.search(HARMFUL) >= 0 || /[`'\\]|^-/.test(name) || name === '' ? placeholder : `'${name}'`;
}

/** A name as a quoted identifier in a statement that stands between single quotes; else the placeholder. */
export function inSql(name: string | undefined, placeholder: string): string {
  return `"${name !== undefined && SQL_SAFE.test(name) ? name : placeholder}"`;
}

/** Time of day in UTC, with the date where it is not that of `near`; a dash for what no calendar has. */
export function clock(at: Instant, near: Instant): string {
  if (!isDate(at)) return '–';
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T');
  return isDate(near) && new Date(near).toISOString().startsWith(date) ? time : `${date} ${time}`;
}

const isDate = (at: Instant): boolean => Math.abs(at) <= 8.64e15;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes in binary units with three digits: `584 MiB`. */
export function formatBytes(bytes: number): string {
  const exponent = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** exponent;
  const digits = exponent === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[exponent]}`;
}

/** A count with its noun: `1 server`, `3 servers`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
