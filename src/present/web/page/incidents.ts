import type { Incident } from '../../../model/incident.ts';
import type { Report } from '../../../model/report.ts';
import type { Instant } from '../../../model/time.ts';
import { acceptance } from '../../words/acceptance.ts';
import { CAUSE_TITLES } from '../../words/causes.ts';
import { type EvidenceLine, evidenceLines } from '../../words/evidence.ts';
import { incidentStory, type Story } from '../../words/incident-story.ts';
import { KIND_TITLES, symptomSentence } from '../../words/kinds.ts';
import { clock, count } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import { formatInstant, lines, moment, prose } from './format.ts';
import { incidentAnchor, incidentPath, inOrder, levelOf } from './incident-order.ts';

/** So many are shown at full length; of the others a reader opens what he needs. */
const OPEN = 3;
/** A page with more is not read by anybody; the API has all of them. */
const MAX_SHOWN = 50;
const MAX_EVIDENCE = 10;
const FEW_SYMPTOMS = 5;
const MAX_SYMPTOMS = 100;

/** The open incidents, or nothing. */
export function incidentsSection(report: Report, now: Instant): Html | undefined {
  const { incidents } = report;
  if (incidents.length === 0) return undefined;
  const hidden = incidents.length - MAX_SHOWN;
  return html`<section aria-labelledby="incidents">
<h2 id="incidents">Open incidents</h2>
${inOrder(incidents)
  .slice(0, MAX_SHOWN)
  .map((incident, index) => card(incident, incidentStory(incident, report), index < OPEN, now))}
${hidden > 0 ? html`<p class="dim">And ${hidden} more, in <a href="api/v1/incidents">the list of incidents</a>.</p>` : undefined}
</section>`;
}

function card(incident: Incident, story: Story, open: boolean, now: Instant): Html {
  const anchor = incidentAnchor(incident);
  const { kind, cause, since, id } = incident;
  const path = incidentPath(id);
  return html`<article class="incident ${levelOf(incident)}" id="${anchor}" aria-labelledby="${anchor}-title">
<h3 id="${anchor}-title">${story.headline}</h3>
<dl>
<div><dt>Since</dt><dd>${moment(since, now)}</dd></div>
<div><dt>What</dt><dd>${KIND_TITLES[kind]}</dd></div>
<div><dt>Cause</dt><dd>${CAUSE_TITLES[cause]}</dd></div>
<div><dt>Incident</dt><dd>${path === undefined ? html`<a class="mono" href="#${anchor}">${id}</a>` : html`<a class="mono" href="${path}">${id}</a>`}</dd></div>
</dl>
<p class="confidence">${story.confidence}</p>
${
  open
    ? details(incident, story)
    : html`<details><summary>Evidence and what to do</summary>${details(incident, story)}</details>`
}
</article>`;
}

function details(incident: Incident, { steps }: Story): Html {
  const accept = acceptance(incident);
  return html`${evidenceList(evidenceLines(incident.evidence), incident.since)}
<h4>What to do first</h4>
<ol class="steps">${steps.map((step) => html`<li>${prose(step)}</li>`)}</ol>
${
  accept &&
  html`<p class="dim">${accept.advice}</p>
${lines([accept.command])}`
}
${silenced(incident)}`;
}

function evidenceList(evidence: readonly EvidenceLine[], near: Instant): Html {
  if (evidence.length === 0) return html``;
  const more = evidence.slice(MAX_EVIDENCE);
  return html`<h4>What shows it</h4>
<ol class="evidence">${evidence.slice(0, MAX_EVIDENCE).map((line) => evidenceItem(line, near))}</ol>
${
  more.length === 0
    ? undefined
    : html`<details><summary>${count(more.length, 'more piece')} of evidence</summary><ol class="evidence" start="${MAX_EVIDENCE + 1}">${more.map((line) => evidenceItem(line, near))}</ol></details>`
}`;
}

/** A piece of evidence with its time and source. */
export const evidenceItem = ({ at, text, source }: EvidenceLine, near: Instant): Html =>
  html`<li>${at === undefined ? html`<span class="dim">no time</span>` : timeOf(at, near)} <span>${text} <span class="source">${source}</span></span></li>`;

/** The time of day, for the date of the incident stands above it. */
export const timeOf = (at: Instant, near: Instant): Html =>
  html`<time datetime="${formatInstant(at)}">${clock(at, near)}</time>`;

/** What else is wrong for the same cause: it raises no alert of its own. */
function silenced({ symptoms, since: near }: Incident): Html | undefined {
  if (symptoms.length === 0) return undefined;
  const items = symptoms.map(
    (symptom) =>
      html`<li>${symptomSentence(symptom)} <span class="dim">since ${timeOf(symptom.since, near)}</span></li>`,
  );
  const more = items.slice(FEW_SYMPTOMS, MAX_SYMPTOMS);
  const hidden = items.length - MAX_SYMPTOMS;
  return html`<h4>Also wrong for this cause, and not alerted again</h4>
<ul class="symptoms">${items.slice(0, FEW_SYMPTOMS)}</ul>
${more.length === 0 ? undefined : html`<details><summary>${more.length} more</summary><ul class="symptoms">${more}</ul></details>`}
${hidden > 0 ? html`<p class="dim">And ${hidden} more, in <a href="api/v1/incidents">the list of incidents</a>.</p>` : undefined}`;
}
