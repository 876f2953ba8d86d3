import type { Answer } from '../../model/answer.ts';
import type { Incident } from '../../model/incident.ts';
import type { IncidentRecord } from '../../model/incident-record.ts';
import type { Happening } from '../../model/journal.ts';
import type { Instant } from '../../model/time.ts';
import { runbookUrl } from '../alerts/runbook.ts';
import { acceptance } from './acceptance.ts';
import { CAUSE_TITLES } from './causes.ts';
import { evidenceLines } from './evidence.ts';
import { HAPPENING_TITLES, happeningDetails, happeningSubject, happeningsAround } from './happenings.ts';
import { incidentStory } from './incident-story.ts';
import { KIND_TITLES, symptomSentence } from './kinds.ts';
import { inMarkdown, markdownTable, proseInMarkdown } from './markdown.ts';
import { ASKED } from './questions.ts';
import { inShell } from './text.ts';

/** A reader of a post-mortem needs no more; the API has all. */
const MAX_SYMPTOMS = 100;
const MAX_HAPPENINGS = 100;

/**
 * An incident as a report in Markdown, for a post-mortem: what, when, why, what shows it, what it hit, what was
 * asked, what to do, what happened. Ends with a line feed.
 */
export function incidentReport(record: IncidentRecord, happenings: readonly Happening[]): string {
  const { incident, isWhole } = record;
  const { headline } = incidentStory(incident, record);
  const parts = [
    [`# ${inMarkdown(isWhole ? headline : symptomSentence(incident))}`],
    markdownTable(['', ''], factsOf(record)),
    isWhole ? evidence(incident) : ['Only the journal knows of this incident: its evidence is not kept.'],
    affected(incident),
    questionsReport(record.answers),
    isWhole ? steps(record) : [`Runbook: <${runbookUrl(incident.kind)}>`],
    timeline(happeningsAround(happenings, record)),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

/** The answers to the questions of an investigation, as a part of a report; nothing where there are none. */
export function questionsReport(answers: readonly Answer[]): readonly string[] {
  if (answers.length === 0) return [];
  const items = answers.flatMap(({ question, answer, facts }) => [
    `- **${ASKED[question]}** ${answer}`,
    ...facts.map(({ at, text }) => `  - ${at === undefined ? '' : `${timeOf(at)} `}${inMarkdown(text)}`),
  ]);
  return ['## Questions of the investigation', '', ...items];
}

function factsOf(record: IncidentRecord): readonly (readonly string[])[] {
  const { incident, isOpen, endedAt } = record;
  const { id, kind, server, datname, volume, since, cause, trigger } = incident;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Incident', id],
    ['What', KIND_TITLES[kind]],
    ['Server', server],
    ['Database', datname],
    ['Volume', volume],
    ['Since', timeOf(since)],
    ['Until', isOpen ? 'still open' : endedAt === undefined ? 'not known' : timeOf(endedAt)],
    ['Took', endedAt === undefined ? undefined : duration(endedAt - since)],
    ['Cause', `${CAUSE_TITLES[cause]}${trigger === undefined ? '' : ` (${trigger.replaceAll('_', ' ')})`}`],
    ['Confidence', incidentStory(incident, record).confidence],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[`**${name}**`, inMarkdown(value)]]));
}

function evidence({ evidence: all }: Incident): readonly string[] {
  if (all.length === 0) return [];
  const rows = evidenceLines(all).map(({ at, text, source }) => [
    at === undefined ? 'not known' : timeOf(at),
    inMarkdown(text),
    inMarkdown(source),
  ]);
  return ['## What shows it', '', ...markdownTable(['Time', 'What', 'Source'], rows)];
}

function affected(incident: Incident): readonly string[] {
  const { symptoms } = incident;
  const hidden = symptoms.length - MAX_SYMPTOMS;
  const items = [incident, ...symptoms.slice(0, MAX_SYMPTOMS)].map(
    (symptom) => `- ${inMarkdown(symptomSentence(symptom))}, since ${timeOf(symptom.since)}`,
  );
  return ['## What is affected', '', ...items, ...(hidden > 0 ? [`- and ${hidden} more`] : [])];
}

function steps(record: IncidentRecord): readonly string[] {
  const { incident, isOpen } = record;
  const id = inShell(incident.id, 'INCIDENT');
  const accept = isOpen ? acceptance({ ...incident, id }) : undefined;
  return [
    isOpen ? '## What to do' : '## What was advised',
    '',
    ...incidentStory(incident, record).steps.map((step, index) => `${index + 1}. ${proseInMarkdown(step)}`),
    '',
    ...(accept ? [accept.advice, '', `    ${accept.command}`, ''] : []),
    `Runbook: <${runbookUrl(incident.kind)}>`,
  ];
}

function timeline(happenings: readonly Happening[]): readonly string[] {
  if (happenings.length === 0) return [];
  const hidden = happenings.length - MAX_HAPPENINGS;
  const rows = happenings
    .slice(0, MAX_HAPPENINGS)
    .map((happening) => [
      timeOf(happening.at),
      HAPPENING_TITLES[happening.kind],
      inMarkdown(happeningSubject(happening)),
      inMarkdown(happeningDetails(happening)),
    ]);
  return [
    '## Timeline',
    '',
    ...markdownTable(['Time', 'What', 'Of what', 'Facts'], rows),
    ...(hidden > 0 ? ['', `And ${hidden} more, in the journal.`] : []),
  ];
}

/** `2026-07-14 02:14:07 UTC`, or a dash for what no calendar has. */
function timeOf(at: Instant): string {
  return Math.abs(at) <= 8.64e15 ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC` : '–';
}

/** `1 h 2 min 3 s`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(s / 86_400), 'd'],
    [Math.floor(s / 3600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'min'],
    [s % 60, 's'],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, unit]) => `${number} ${unit}`);
  return told.length === 0 ? '0 s' : told.join(' ');
}
