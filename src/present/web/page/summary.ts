import type { Report } from '../../../model/report.ts';
import { count } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import type { Concern } from './concerns.ts';

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
<p>${present.length} of ${count(expected.length, 'expected database')} verified present on ${count(report.servers.length, 'server')}.${risksLine(report)}</p>
${
  once.length === 0
    ? undefined
    : html`<ul>${once.slice(0, MAX_LINES).map(concernItem)}</ul>${more(once.length - MAX_LINES)}`
}
</section>`;
}

const concernItem = ({ level, text, anchor }: Concern): Html =>
  html`<li class="${level}"><span class="mark">${level === 'wrong' ? 'wrong' : 'unsure'}</span> ${anchor === undefined ? html`<span>${text}</span>` : html`<a href="#${anchor}">${text}</a>`}</li>`;

/** A risk is nothing that is wrong now: it does not change the headline. */
function risksLine({ risks }: Report): Html | undefined {
  const open = risks.filter(({ present }) => present).length;
  return open === 0 ? undefined : html` <a href="#risks">${count(open, 'risk')}</a> of losing data.`;
}

const more = (hidden: number): Html | undefined =>
  hidden > 0 ? html`<p>And ${hidden} more, further down.</p>` : undefined;
