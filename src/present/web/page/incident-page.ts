import type { IncidentRecord } from '../../../model/incident-record.ts';
import type { Happening } from '../../../model/journal.ts';
import type { Report } from '../../../model/report.ts';
import { runbookUrl } from '../../alerts/runbook.ts';
import { acceptance } from '../../words/acceptance.ts';
import { evidenceLines } from '../../words/evidence.ts';
import { happeningsAround } from '../../words/happenings.ts';
import { incidentReport } from '../../words/incident-report.ts';
import { incidentStory } from '../../words/incident-story.ts';
import { symptomSentence } from '../../words/kinds.ts';
import { type Html, html } from '../html.ts';
import { eventItem } from './events.ts';
import { lines, prose } from './format.ts';
import { frame } from './frame.ts';
import { incidentFacts } from './incident-facts.ts';
import { levelOf } from './incident-order.ts';
import { evidenceItem, timeOf } from './incidents.ts';
import { lookedAt } from './page.ts';
import { questionsSection } from './questions.ts';

/** More of either is not read by anybody; the API and the journal have all. */
const MAX_SYMPTOMS = 100;
const MAX_HAPPENINGS = 100;
/** So many lines of the report are seen at once. */
const REPORT_ROWS = 12;
const ROOT = '../';

/** What the page of an incident is made of beside what is remembered of it. */
export interface IncidentPageContext {
  readonly report: Report;
  /** From the journal, in any order. */
  readonly events: readonly Happening[];
  readonly monotonicMs: number;
}

/** The page of one incident, open or over: all that is known of it, unfolded, for a screen and for paper. */
export function renderIncident(record: IncidentRecord, context: IncidentPageContext): string {
  const { incident, isOpen, isWhole } = record;
  const { report, events, monotonicMs } = context;
  const ageMs = Math.max(0, monotonicMs - report.monotonicMs);
  const now = report.at + ageMs;
  const story = incidentStory(incident, record);
  const headline = isWhole ? story.headline : `${symptomSentence(incident)}.`;
  const level = isOpen ? levelOf(incident) : 'well';
  const around = happeningsAround(events, record);
  return frame({
    headline: { level, text: `${isOpen ? 'Open' : 'Over'}: ${symptomSentence(incident)}` },
    notes: [lookedAt(report, ageMs), html`<a href="${ROOT}">All that is watched</a>`],
    root: ROOT,
    self: incident.id,
    content: html`<section class="summary ${level}" aria-labelledby="incident">
<h2 id="incident" class="told">${headline}</h2>
<p>${isOpen ? 'It is open.' : 'It is over.'} ${isWhole ? story.confidence : 'Only the journal knows of it: its evidence is not kept.'}</p>
</section>
${incidentFacts(record, now)}
${evidenceSection(record)}
${affectedSection(record)}
${questionsSection(record.answers, incident.since)}
${stepsSection(record, story.steps)}
${section('timeline', 'Timeline', around.length === 0 ? undefined : html`<ol class="events">${around.slice(0, MAX_HAPPENINGS).map((event) => eventItem(event, now, false))}</ol>${more(around.length - MAX_HAPPENINGS, 'api/v1/events', 'the list of events')}`)}
${reportSection(record, events)}`,
  });
}

/** What an id leads to that nobody remembers. */
export function renderForgotten(id: string): string {
  return frame({
    headline: { level: 'unsure', text: `Incident ${id} is not remembered any more` },
    notes: [html`<a href="${ROOT}">All that is watched</a>`],
    root: ROOT,
    self: id,
    content: html`<section class="summary unsure"><h2>Incident ${id} is not remembered any more</h2>
<p>Or there never was one of that name. The journal in the state directory of pgvigil goes back further than this page: <code>grep ${id} journal*.ndjson</code></p></section>`,
  });
}

/** A part of the page; nothing where it has nothing to say. */
function section(id: string, title: string, content: Html | undefined): Html | undefined {
  if (content === undefined) return undefined;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`;
}

function evidenceSection({ incident }: IncidentRecord): Html | undefined {
  const found = evidenceLines(incident.evidence);
  const items = found.map((line) => evidenceItem(line, incident.since));
  return section(
    'evidence',
    'What shows it',
    items.length === 0 ? undefined : html`<ol class="card evidence">${items}</ol>`,
  );
}

function affectedSection({ incident }: IncidentRecord): Html | undefined {
  const { symptoms, since } = incident;
  const items = [incident, ...symptoms.slice(0, MAX_SYMPTOMS)].map(
    (symptom) =>
      html`<li>${symptomSentence(symptom)} <span class="dim">since ${timeOf(symptom.since, since)}</span></li>`,
  );
  return section(
    'affected',
    'What is affected',
    html`<div class="card"><ul class="symptoms">${items}</ul></div>${more(symptoms.length - MAX_SYMPTOMS, 'api/v1/incidents', 'the list of incidents')}`,
  );
}

function more(hidden: number, path: string, where: string): Html | undefined {
  if (hidden <= 0) return undefined;
  return html`<p class="dim">And ${hidden} more, in <a href="${ROOT}${path}">${where}</a>.</p>`;
}

function stepsSection(
  { incident, isOpen, isWhole }: IncidentRecord,
  steps: readonly string[],
): Html | undefined {
  const { kind } = incident;
  const accept = isOpen ? acceptance(incident) : undefined;
  const howToAccept =
    accept &&
    html`<p class="dim">${accept.advice}</p>
${lines([accept.command])}`;
  const list = html`<ol class="steps">${steps.map((step) => html`<li>${prose(step)}</li>`)}</ol>`;
  return section(
    'steps',
    isOpen ? 'What to do first' : 'What was advised',
    html`<div class="card">${isWhole ? list : undefined}
${howToAccept}
<p>The runbook: <a class="url" href="${runbookUrl(kind)}">${runbookUrl(kind)}</a></p></div>`,
  );
}

/** To be copied without a script: a link to the file, and a text that the keyboard can reach and select. */
function reportSection(record: IncidentRecord, events: readonly Happening[]): Html | undefined {
  const { id } = record.incident;
  // Escaped line by line, for a line feed is no text.
  const text = incidentReport(record, events).split('\n');
  const area = html`<textarea id="report-text" readonly rows="${REPORT_ROWS}" spellcheck="false" aria-labelledby="report">${text.map((line) => html`\n${line}`)}</textarea>`;
  return section(
    'report',
    'Report for a post-mortem',
    html`<div class="card report"><p>In Markdown: <a href="${id}.md">${id}.md</a>, or select all of the text below and copy it.</p>
${area}</div>`,
  );
}
