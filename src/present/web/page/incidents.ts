import type { Incident } from '../../../model/incident.ts';
import type { Instant } from '../../../model/time.ts';
import { type Html, html } from '../html.ts';
import { moment } from './format.ts';
import { INCIDENT_SENTENCES } from './words.ts';

/** The open incidents, or nothing. */
export function incidentsSection(incidents: readonly Incident[], now: Instant): Html | undefined {
  if (incidents.length === 0) return undefined;
  return html`<section aria-labelledby="incidents">
<h2 id="incidents">Open incidents</h2>
${incidents.map(
  (incident) => html`<article class="incident ${incident.kind === 'blind' ? 'unsure' : 'wrong'}">
<h3>${INCIDENT_SENTENCES[incident.kind](incident)}</h3>
<p>Since ${moment(incident.since, now)}. <span class="dim">Incident ${incident.id}.</span></p>
${
  incident.needsAcceptance
    ? html`<p class="dim">It stays open until a person accepts it. Do that only once the data is back, or if the loss was intended: <code>pgvigil accept ${incident.id} --reason "…"</code></p>`
    : undefined
}
</article>`,
)}
</section>`;
}
