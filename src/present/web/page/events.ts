import type { Happening } from '../../../model/journal.ts';
import type { Instant } from '../../../model/time.ts';
import { type Html, html } from '../html.ts';
import { moment, verdict } from './format.ts';
import { HAPPENING_WORDS } from './words.ts';

/** What happened lately, the newest first. */
export function eventsSection(events: readonly Happening[], now: Instant): Html {
  const newestFirst = [...events].sort((a, b) => b.at - a.at);
  return html`<section aria-labelledby="events">
<h2 id="events">Recent events</h2>
${
  newestFirst.length === 0
    ? html`<p class="dim">Nothing has happened yet.</p>`
    : html`<ol class="events">${newestFirst.map((event) => eventItem(event, now))}</ol>`
}
</section>`;
}

function eventItem(event: Happening, now: Instant): Html {
  const subject = [event.server, event.datname, event.volume, event.container].filter(
    (name) => name !== undefined,
  );
  const details = Object.entries(event.details ?? {}).map(([name, value]) => `${name} ${value}`);
  return html`<li>${moment(event.at, now)} <span>${verdict(HAPPENING_WORDS[event.kind])} <span class="name">${subject.join(' / ')}</span> <span class="dim">${details.join(', ')}</span></span></li>`;
}
