import type { z } from 'zod';
import type { Steering } from '../model/discovery.ts';
import { absolutePath, databaseName, pattern, text } from './fields.ts';
import { suggest } from './suggest.ts';
import { parseServerUrl } from './url.ts';

/** Where all labels that are ours begin. */
const PREFIX = 'pgvigil.';
const MAX_SERVER_NAME = 100;

/** A label that is not understood, in words that never repeat its value: it may be a secret in the wrong place. */
export interface LabelProblem {
  readonly label: string;
  readonly message: string;
}

/** A value, or why it is none. */
type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };
type Reader<T> = (written: string) => Read<T>;

const by =
  <T>(schema: z.ZodType<T>): Reader<T> =>
  (written) => {
    const parsed = schema.safeParse(written);
    if (parsed.success) return { ok: true, value: parsed.data };
    return { ok: false, message: parsed.error.issues[0]?.message ?? 'is not understood' };
  };

const truth: Reader<boolean> = (written) => {
  const word = written.trim().toLowerCase();
  if (word === 'true' || word === 'false') return { ok: true, value: word === 'true' };
  return { ok: false, message: 'must be `true` or `false`' };
};

/** A comma within braces belongs to a regular expression: `^tmp_.{1,3}$`. */
const listOf =
  <T>(item: Reader<T>): Reader<readonly T[]> =>
  (written) => {
    const items = written
      .split(/,(?![^{}]*\})/)
      .map((one) => one.trim())
      .filter((one) => one !== '');
    const values: T[] = [];
    for (const one of items) {
      const read = item(one);
      if (!read.ok) return { ok: false, message: `has an entry that ${read.message}` };
      values.push(read.value);
    }
    return { ok: true, value: [...new Set(values)] };
  };

const source: Reader<string> = (written) => {
  const read = by(pattern(''))(written);
  return read.ok ? { ok: true, value: written } : read;
};

const port: Reader<number> = (written) => {
  const value = /^\d{1,5}$/.test(written.trim()) ? Number(written) : 0;
  if (value >= 1 && value <= 65_535) return { ok: true, value };
  return { ok: false, message: 'must be a number from 1 to 65535' };
};

const host: Reader<string> = (written) => {
  const isAddress = /^[\p{L}\p{N}_.:-]+$/u.test(written);
  const bracketed = written.includes(':') ? `[${written}]` : written;
  if (isAddress && parseServerUrl(`postgres://${bracketed}`).ok) return { ok: true, value: written };
  return { ok: false, message: 'must be a host name or an IP address' };
};

const name = by(text('').max(MAX_SERVER_NAME, { error: `is longer than ${MAX_SERVER_NAME} characters` }));

/** Every label, and what it steers. */
const LABELS: { readonly [Key in keyof Required<Steering>]: readonly [string, Reader<Steering[Key]>] } = {
  watch: ['watch', truth],
  name: ['name', name],
  databases: ['databases', listOf(by(databaseName('')))],
  ignore: ['ignore', listOf(source)],
  learn: ['learn', truth],
  user: ['user', by(text(''))],
  passwordFile: ['password_file', by(absolutePath(''))],
  database: ['database', by(databaseName(''))],
  port: ['port', port],
  host: ['host', host],
};
const KNOWN = Object.values(LABELS).map(([key]) => key);

/** The labels that are known, as they are written. */
export const STEERING_LABELS: readonly string[] = KNOWN.map((key) => PREFIX + key);

/** Takes the labels of a container; gives what they say, and what of them is not understood. Never throws. */
export function readLabels(labels: ReadonlyMap<string, string>): {
  readonly steering: Steering;
  readonly problems: readonly LabelProblem[];
} {
  const steering: Record<string, unknown> = {};
  const problems: LabelProblem[] = [];
  for (const [property, [key, read]] of Object.entries(LABELS)) {
    const written = labels.get(PREFIX + key);
    if (written === undefined) continue;
    const found: Read<unknown> = read(written);
    if (found.ok) steering[property] = found.value;
    else problems.push({ label: PREFIX + key, message: `${found.message}; until then it has no effect` });
  }
  for (const label of labels.keys()) {
    const key = label.startsWith(PREFIX) ? label.slice(PREFIX.length) : undefined;
    if (key !== undefined && !KNOWN.includes(key)) problems.push({ label: shown(label), message: hint(key) });
  }
  return { steering, problems };
}

function hint(key: string): string {
  if (/pass|secret/i.test(key))
    return 'is no label that is known: write a password into a file, and its path into pgvigil.password_file';
  const near = suggest(key, KNOWN);
  if (near !== undefined) return `is no label that is known: did you mean ${PREFIX}${near}?`;
  return `is no label that is known: there are ${STEERING_LABELS.join(', ')}`;
}

/** A key is written by anybody who may start a container. */
function shown(label: string): string {
  const plain = label.replace(/[^\w.-]/g, '?');
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain;
}
