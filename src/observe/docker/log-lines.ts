import type { LogLine } from '../../model/docker.ts';
import { asInstant } from './json.ts';
import { plain, type Scrub } from './scrub.ts';

/** A line that says something about the loss of data, and what kind of thing it says. */
export interface Telling extends LogLine {
  /** Nanoseconds and all, as the engine wrote it; orders lines and knows them again. */
  readonly stamp: string;
  readonly kind: string;
}

const MAX_LINES = 20;
/** Said again and again in the same words; of others each time counts. */
const REPETITIVE: ReadonlySet<string> = new Set(['FATAL', 'PANIC', 'no_space', 'no_file', 'invalid']);
/** So that a server that refuses logins all day does not push out how that began. */
const MAX_OF_A_KIND = 4;
const MAX_CHARS = 200;

/** What the entrypoint of the image, initdb and a postgres without its data say. */
const PLAIN_KINDS: readonly (readonly [string, RegExp])[] = [
  ['init_complete', /^PostgreSQL init process complete/],
  ['init_success', /^Success\. You can now start/],
  ['init_skipped', /^PostgreSQL Database directory appears to contain a database; Skipping initialization/],
  ['initdb', /^initdb: (?!hint|warning)/],
  ['entrypoint', /^Error: (Database is uninitialized|in 18\+)/],
  ['entrypoint', /^postgres: could not /],
];
/** What the server says, by the beginning of its message; also what it says about files that are gone or broken. */
const SERVER_KINDS: readonly (readonly [string, RegExp])[] = [
  ['shut_down', /^database system (was|is) (shut down|interrupted|not properly shut down)/],
  ['ready', /^database system is ready/],
  ['shutdown_request', /^received (fast|smart|immediate) shutdown request/],
  ['no_space', /^could not .*: No space left on device$/],
  ['no_file', /^could not open (file|directory) "/],
  ['killed', /^server process \(PID \d+\) was terminated by signal/],
  [
    'invalid',
    /^invalid (page|checkpoint|primary|secondary|record|magic|resource manager|contrecord|data in file|checksum)/,
  ],
];
/** The first of these on a line says what the rest is; what follows any other word may be a statement. */
const SEVERITY =
  /\b(LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION|DEBUG\d?): {1,2}/;
const OF_THE_SERVER: ReadonlySet<string> = new Set(['LOG', 'WARNING', 'ERROR']);

/**
 * Takes one line of a log as the engine gives it, its time first; gives what it tells about the loss of data, without
 * secrets, or `undefined`. Messages are known in English only, and never inside a statement or its continuation.
 */
export function tellingOf(line: string, scrub: Scrub): Telling | undefined {
  const match = /^(\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s.exec(line);
  const [stamp, said] = [match?.[1], match?.[2]];
  if (stamp === undefined || said === undefined || said.startsWith('\t')) return undefined;
  const recognised = recognise(plain(said));
  if (!recognised) return undefined;
  // Cut last: half of a secret is not known any more.
  const text = [...scrub(recognised.text)].slice(0, MAX_CHARS).join('');
  return { at: asInstant(stamp), text, stamp, kind: recognised.kind };
}

function recognise(text: string): { readonly kind: string; readonly text: string } | undefined {
  const said = PLAIN_KINDS.find(([, pattern]) => pattern.test(text));
  if (said) return { kind: said[0], text };
  const found = SEVERITY.exec(text);
  const severity = found?.[1];
  if (!found || severity === undefined) return undefined;
  const message = text.slice(found.index + found[0].length);
  // The user's own prefix before it says no more than who and when.
  const sentence = `${severity}:  ${message}`;
  if (severity === 'FATAL' || severity === 'PANIC') return { kind: severity, text: sentence };
  if (!OF_THE_SERVER.has(severity)) return undefined;
  const kind = SERVER_KINDS.find(([, pattern]) => pattern.test(message))?.[0];
  return kind === undefined ? undefined : { kind, text: sentence };
}

/**
 * Takes the lines kept so far and those read now, which may overlap; gives at most 20, oldest first: of each kind the
 * newest few, of a complaint in the same words the newest one.
 */
export function keepTelling(before: readonly Telling[], read: readonly Telling[]): readonly Telling[] {
  const distinct = new Map<string, Telling>();
  for (const line of [...before, ...read].sort(byTime)) {
    distinct.set(REPETITIVE.has(line.kind) ? line.text : `${line.stamp} ${line.text}`, line);
  }
  const perKind = new Map<string, number>();
  const newestFirst = [...distinct.values()].sort(byTime).reverse();
  const kept = newestFirst.filter(({ kind }) => {
    const count = (perKind.get(kind) ?? 0) + 1;
    perKind.set(kind, count);
    return count <= MAX_OF_A_KIND;
  });
  return kept.slice(0, MAX_LINES).reverse();
}

/** Docker writes UTC with nine decimals, so that times of the same millisecond compare as text. */
function byTime(a: Telling, b: Telling): number {
  return (a.at ?? 0) - (b.at ?? 0) || (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0);
}

/** Takes a time as the engine writes it; gives it as its parameter `since` wants it: seconds, a dot, nanoseconds. */
export function sinceOf(stamp: string): string | undefined {
  const at = asInstant(stamp);
  if (at === undefined) return undefined;
  const nanos = (/\.(\d{1,9})/.exec(stamp)?.[1] ?? '').padEnd(9, '0');
  return `${Math.floor(at / 1000)}.${nanos}`;
}
