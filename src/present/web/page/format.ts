import type { Instant } from '../../../model/time.ts';
import { formatBytes } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import type { Level, Word } from './words.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An age in words, of one unit, rounded down: `4 h ago`. */
export function formatAge(ageMs: number): string {
  if (ageMs < SECOND) return 'just now';
  if (ageMs < 2 * MINUTE) return `${Math.floor(ageMs / SECOND)} s ago`;
  if (ageMs < 2 * HOUR) return `${Math.floor(ageMs / MINUTE)} min ago`;
  if (ageMs < 2 * DAY) return `${Math.floor(ageMs / HOUR)} h ago`;
  return `${Math.floor(ageMs / DAY)} days ago`;
}

/** ISO 8601 in UTC to the second, or a dash for what no calendar has. */
export function formatInstant(at: Instant): string {
  return Math.abs(at) <= 8.64e15 ? `${new Date(at).toISOString().slice(0, 19)}Z` : '–';
}

/** An instant as a person wants it: the date, and how long ago that was. A dash where it is not known. */
export function moment(at: Instant | undefined, now: Instant): Html {
  if (at === undefined) return html`<span class="dim">–</span>`;
  const iso = formatInstant(at);
  return html`<time datetime="${iso}"><span class="ago">${formatAge(now - at)}</span> <span class="iso">${iso.replace('T', ' ')}</span></time>`;
}

/** Bytes, or a dash where they are not known. */
export function size(bytes: number | undefined): Html {
  return bytes === undefined ? html`<span class="dim">–</span>` : html`${formatBytes(bytes)}`;
}

/** A verdict: its word, with the colour and the shape of its level. */
export function verdict({ level, word }: Word): Html {
  return html`<span class="verdict ${level}">${word}</span>`;
}

/** The answer to a question that can be open. */
export function answer(
  value: boolean | undefined,
  yes: string,
  no: string,
  levels: { readonly yes: Level; readonly no: Level } = { yes: 'well', no: 'wrong' },
): Html {
  if (value === undefined) return verdict({ level: 'unsure', word: 'unknown' });
  return verdict(value ? { level: levels.yes, word: yes } : { level: levels.no, word: no });
}

/** Lines as they are, such as commands; one that is too long for the screen is told apart from the next. */
export function lines(given: readonly string[]): Html {
  return html`<pre>${given.map((line, index) => html`${index === 0 ? '' : html`\n`}<span class="line">${line}</span>`)}</pre>`;
}

/** Words of ours in which commands stand between backticks. */
export function prose(words: string): Html {
  const parts = words.split('`');
  return html`${parts.map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}
