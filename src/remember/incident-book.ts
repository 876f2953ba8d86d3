import type { Answer } from '../model/answer.ts';
import type { IncidentRecord } from '../model/incident-record.ts';
import type { Report } from '../model/report.ts';
import type { Journal } from './journal.ts';
import { recordFromJournal } from './journal-record.ts';

/** What this process remembers of incidents, also of those that are over. */
export interface IncidentBook {
  /** Takes every report once; `answers` is asked later, and only where they are wanted. */
  note(report: Report, answers: () => readonly Answer[]): void;
  /** `undefined`: there was no such incident, or it is not remembered any more. */
  find(id: string): IncidentRecord | undefined;
}

/** Incidents that are over, and symptoms of all of them together: the oldest are let go first. */
const MAX_ENDED = 100;
const MAX_SYMPTOMS = 20_000;

const ALL = Number.POSITIVE_INFINITY;

/** Makes a book; what is not in it is looked for in the journal. */
export function createIncidentBook(journal: Pick<Journal, 'recent'>): IncidentBook {
  let latest: { readonly report: Report; readonly answers: () => readonly Answer[] } | undefined;
  const ended = new Map<string, IncidentRecord>();

  function keep(record: IncidentRecord): void {
    const { id } = record.incident;
    ended.delete(id);
    ended.set(id, record);
    let symptoms = [...ended.values()].reduce((sum, { incident }) => sum + incident.symptoms.length, 0);
    for (const [oldest, { incident }] of ended) {
      if (oldest === id || (ended.size <= MAX_ENDED && symptoms <= MAX_SYMPTOMS)) break;
      ended.delete(oldest);
      symptoms -= incident.symptoms.length;
    }
  }

  return {
    note(report, answers) {
      const open = new Set(report.incidents.map(({ id }) => id));
      const over = latest?.report.incidents.filter(({ id }) => !open.has(id)) ?? [];
      if (latest !== undefined && over.length > 0) {
        const given = latest.answers();
        for (const incident of over)
          keep({
            incident,
            isOpen: false,
            endedAt: report.at,
            containers: latest.report.containers,
            answers: given,
            isWhole: true,
          });
      }
      latest = { report, answers };
    },
    find(id) {
      const incident = latest?.report.incidents.find((open) => open.id === id);
      if (latest === undefined || incident === undefined)
        return ended.get(id) ?? recordFromJournal(journal.recent(ALL), id);
      return {
        incident,
        isOpen: true,
        endedAt: undefined,
        containers: latest.report.containers,
        answers: latest.answers(),
        isWhole: true,
      };
    },
  };
}
