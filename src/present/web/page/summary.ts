import type { Report } from '../../../model/report.ts';
import { type Html, html } from '../html.ts';
import type { Concern } from './concerns.ts';
import { count } from './format.ts';

/** What the page says first, and what its title says in a tab among others. */
export interface Headline {
  readonly level: 'well' | 'unsure' | 'wrong';
  readonly text: string;
}

/** One line over all of it. */
export function headlineOf(report: Report, concerns: readonly Concern[]): Headline {
  const level = concerns.reduce<Headline['level']>(
    (worst, concern) => (worst === 'wrong' || concern.level === 'wrong' ? 'wrong' : 'unsure'),
    'well',
  );
  if (level === 'well') return { level, text: 'All is well' };
  if (level === 'unsure') return { level, text: 'Not everything can be told' };
  const open = report.incidents.length;
  return { level, text: open > 0 ? `${count(open, 'incident')} open` : 'Something is wrong' };
}

/** More lines than this are a wall; all of them stand further down. */
const MAX_LINES = 12;

/** The first thing on the page. */
export function summarySection(report: Report, headline: Headline, concerns: readonly Concern[]): Html {
  const databases = report.servers.flatMap(({ databases }) => databases);
  const expected = databases.filter((database) => database.expected !== undefined);
  const present = expected.filter(
    ({ presence, identityMatch }) => presence === 'present' && identityMatch !== false,
  );
  const told = new Set<string>();
  const once = concerns.filter(({ text }) => !told.has(text) && told.add(text));
  return html`<section class="summary ${headline.level}" aria-labelledby="summary">
<h2 id="summary">${headline.text}</h2>
<p>${present.length} of ${count(expected.length, 'expected database')} verified present on ${count(report.servers.length, 'server')}.</p>
${
  once.length === 0
    ? undefined
    : html`<ul>${once.slice(0, MAX_LINES).map(({ level, text }) => html`<li class="${level}"><span class="mark">${level === 'wrong' ? 'wrong' : 'unsure'}</span> ${text}</li>`)}</ul>${more(once.length - MAX_LINES)}`
}
</section>`;
}

const more = (hidden: number): Html | undefined =>
  hidden > 0 ? html`<p>And ${hidden} more, further down.</p>` : undefined;
