import { CAUSES, CONFIDENCES, TRIGGERS } from '../model/cause.ts';
import { INCIDENT_KINDS } from '../model/incident.ts';
import type { IncidentRecord } from '../model/incident-record.ts';
import type { Happening } from '../model/journal.ts';

/**
 * An incident that only the journal knows of: what it was called, when it opened and ended, and no evidence.
 * `undefined` where its beginning is not there, or is told in words of a newer pgvigil.
 */
export function recordFromJournal(happenings: readonly Happening[], id: string): IncidentRecord | undefined {
  const about = happenings.filter(({ details }) => details?.['incident'] === id);
  const opened = about.find(({ kind }) => kind === 'incident_opened');
  const told = about.findLast(({ kind }) => kind.startsWith('incident_'));
  const kind = wordOf(INCIDENT_KINDS, told?.details?.['what']);
  if (opened?.server === undefined || told === undefined || kind === undefined) return undefined;
  const accepted = about.some((happening) => happening.kind === 'accepted');
  return {
    incident: {
      id,
      kind,
      server: opened.server,
      datname: opened.datname,
      volume: opened.volume,
      since: opened.at,
      needsAcceptance: accepted,
      cause: wordOf(CAUSES, told.details?.['cause']) ?? 'unknown',
      trigger: wordOf(TRIGGERS, told.details?.['trigger']),
      confidence: wordOf(CONFIDENCES, told.details?.['confidence']) ?? 'unknown',
      evidence: [],
      symptoms: [],
    },
    isOpen: false,
    endedAt: told.kind === 'incident_closed' ? told.at : undefined,
    containers: [],
    answers: [],
    isWhole: false,
  };
}

const wordOf = <Word extends string>(words: readonly Word[], given: unknown): Word | undefined =>
  words.find((word) => word === given);
