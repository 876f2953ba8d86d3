import type { Incident } from '../../model/incident.ts';
import type { Report } from '../../model/report.ts';
import { FIRST_STEPS } from './causes/steps.ts';
import { HEADLINES } from './causes.ts';
import { CONFIDENCE_WORDS } from './confidence.ts';
import { evidenceLines } from './evidence.ts';
import { subjectOf } from './subject.ts';
import { clock } from './text.ts';

/** An incident in plain text: no HTML, one line each, no control characters, times in UTC. */
export interface Story {
  readonly headline: string;
  readonly confidence: string;
  /** The evidence in the order in which it happened, the time first. */
  readonly lines: readonly string[];
  /** What to do first; commands stand between backticks. */
  readonly steps: readonly string[];
}

/**
 * Tells an incident: what happened, how well that is founded, what shows it, what to do first. Where the evidence
 * does not name the container of the server, the report does.
 */
export function incidentStory(incident: Incident, report?: Pick<Report, 'containers'>): Story {
  const container = report?.containers.find(({ server }) => server === incident.server)?.name;
  const subject = subjectOf(incident, container);
  return {
    headline: `${HEADLINES[incident.cause](subject)}.`,
    confidence: CONFIDENCE_WORDS[incident.confidence],
    lines: evidenceLines(incident.evidence).map(({ at, text }) =>
      at === undefined ? text : `${clock(at, incident.since)} ${text}`,
    ),
    steps: FIRST_STEPS[incident.cause](subject),
  };
}
