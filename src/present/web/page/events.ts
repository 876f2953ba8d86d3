import type { Happening } from '../../../model/journal.ts';
import type { Instant } from '../../../model/time.ts';
import { CAUSE_TITLES } from '../../words/causes.ts';
import { KIND_TITLES } from '../../words/kinds.ts';
import { type Html, html } from '../html.ts';
import { moment, verdict } from './format.ts';
import { HAPPENING_WORDS } from './words.ts';

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

function eventItem(event: Happening, now: Instant): Html {
  const subject = [event.server, event.datname, event.volume, event.container].filter(
    (name) => name !== undefined,
  );
  return html`<li>${moment(event.at, now)} <span>${verdict(HAPPENING_WORDS[event.kind])} <span class="name">${subject.join(' / ')}</span> <span class="dim">${detailsOf(event)}</span></span></li>`;
}

function detailsOf({ kind, details = {} }: Happening): string {
  const { incident, what, cause, confidence } = details;
  if (incident !== undefined && kind.startsWith('incident_')) {
    const words = [
      titleIn(KIND_TITLES, what),
      `cause: ${titleIn(CAUSE_TITLES, cause)}`,
      confidence,
      incident,
    ];
    return words.filter((word) => word !== undefined).join(', ');
  }
  return Object.entries(details)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** A journal may hold words of a newer pgvigil: they are shown as they are. */
function titleIn(titles: Readonly<Record<string, string>>, key: unknown): string {
  const name = String(key);
  return Object.hasOwn(titles, name) ? (titles[name] ?? name) : name;
}
