import type { Happening } from '../../../model/journal.ts';
import type { Instant } from '../../../model/time.ts';
import { HAPPENING_TITLES, happeningDetails, happeningSubject } from '../../words/happenings.ts';
import { type Html, html } from '../html.ts';
import { moment, verdict } from './format.ts';
import { incidentPath } from './incident-order.ts';
import { HAPPENING_LEVELS } from './words.ts';

/** What happened lately, the newest first. */
export function eventsSection(events: readonly Happening[], now: Instant): Html {
  const newestFirst = [...events].sort((a, b) => b.at - a.at);
  return html`<section aria-labelledby="events">
<h2 id="events">Timeline</h2>
${
  newestFirst.length === 0
    ? html`<p class="dim">Nothing has happened yet.</p>`
    : html`<ol class="events">${newestFirst.map((event) => eventItem(event, now))}</ol>`
}
</section>`;
}

/** One line of it; what is told of an incident leads to the page of that incident, unless it stands there. */
export function eventItem(event: Happening, now: Instant, isLinked = true): Html {
  const { kind, details } = event;
  const words = happeningDetails(event);
  const path = isLinked && kind.startsWith('incident_') ? incidentPath(details?.['incident']) : undefined;
  const link = path === undefined ? words : html`<a href="${path}">${words}</a>`;
  return html`<li>${moment(event.at, now)} <span>${verdict({ level: HAPPENING_LEVELS[kind], word: HAPPENING_TITLES[kind] })} <span class="name">${happeningSubject(event)}</span> <span class="dim">${link}</span></span></li>`;
}
