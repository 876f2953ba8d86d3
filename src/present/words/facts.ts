import type { Evidence } from '../../model/evidence.ts';
import { formatBytes, plain, short } from './text.ts';

/** The facts of a piece of evidence, or of a risk. */
export type Facts = Evidence['facts'];

/** A fact as text that is safe in a sentence; `undefined` where it is not there or empty. */
export function text(facts: Facts, key: string): string | undefined {
  const value = facts[key];
  return value === undefined || value === '' ? undefined : short(String(value));
}

/** A fact that is a number; evidence of a Docker event has its numbers as text. */
export function number(facts: Facts, key: string): number | undefined {
  const value = facts[key];
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** A noun with its name, or the noun alone where the name is not known: `volume pgdata`, `the volume`. */
export function named(noun: string, name: string | undefined): string {
  return name === undefined ? `the ${noun}` : `${noun} ${name}`;
}

/** Bytes of a fact in words; `undefined` where it is not a size. */
export function bytes(facts: Facts, key: string): string | undefined {
  const value = number(facts, key);
  return value === undefined || value < 0 ? undefined : formatBytes(value);
}

/** Everything in the facts as it stands, for what no sentence was made for: `name value, name value`. */
export function listed(facts: Facts): string {
  return Object.entries(facts)
    .map(([key, value]) => plain(`${key.replaceAll('_', ' ')} ${value}`))
    .join(', ');
}

/** The first letter in upper case, for a sentence that begins with a noun of ours. */
export function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
