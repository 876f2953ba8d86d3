import type { Incident } from '../../model/incident.ts';
import type { Report } from '../../model/report.ts';
import { cutToBytes } from './cut.ts';
import { incidentStory } from './incident-story.ts';

/** An incident in few enough bytes for a label of Prometheus and for a message to a telephone. */
export interface IncidentText {
  /** One sentence: what happened. */
  readonly headline: string;
  /** What shows it: lines, the oldest first. Where not all have room, the last one says how many are left out. */
  readonly evidence: string;
}

/** Of both texts together, in UTF-8. */
const MAX_BYTES = 1500;
/** No name takes so much; a line of a log may. */
const MAX_HEADLINE_BYTES = 500;
const MAX_LINE_BYTES = 300;
/** A character that UTF-8 cannot carry: half of one that was cut. */
const HALF = /\p{Surrogate}/gu;

/** The story of an incident, cut at lines; what pgvigil exports and what it pushes are the same words. */
export function incidentText(incident: Incident, report?: Pick<Report, 'containers'>): IncidentText {
  const story = incidentStory(incident, report);
  const headline = cut(story.headline, MAX_HEADLINE_BYTES);
  const lines = story.lines.map((line) => cut(line, MAX_LINE_BYTES));
  return { headline, evidence: joined(lines, MAX_BYTES - bytesOf(headline)) };
}

function joined(lines: readonly string[], maxBytes: number): string {
  const all = lines.join('\n');
  if (bytesOf(all) <= maxBytes) return all;
  let kept = lines.length - 1;
  while (bytesOf(withRest(lines, kept)) > maxBytes) kept -= 1;
  return withRest(lines, kept);
}

const withRest = (lines: readonly string[], kept: number): string =>
  [...lines.slice(0, kept), `… and ${lines.length - kept} more`].join('\n');

function cut(text: string, maxBytes: number): string {
  const whole = text.replace(HALF, '\ufffd');
  return bytesOf(whole) <= maxBytes ? whole : `${cutToBytes(whole, maxBytes - bytesOf('…'))}…`;
}

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');
