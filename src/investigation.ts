import { answerQuestions } from './diagnose/questions.ts';
import type { PackageUpgrade } from './diagnose/upgrades.ts';
import type { History } from './model/history.ts';
import type { IncidentRecord } from './model/incident-record.ts';
import type { Report } from './model/report.ts';
import type { Snapshot } from './model/snapshot.ts';
import type { StateFiles } from './remember/files.ts';
import { createIncidentBook } from './remember/incident-book.ts';
import type { Journal } from './remember/journal.ts';
import { readUpgrades } from './upgrade-log.ts';

/** What is remembered of incidents while `serve` runs, with the questions of an investigation answered when asked. */
export interface Investigation {
  /** What the next report is made from. */
  looked(snapshot: Snapshot, history: History): void;
  /** Takes every report. */
  published(report: Report): void;
  /** `undefined`: there was no such incident, or it is not remembered any more. */
  find(id: string): IncidentRecord | undefined;
}

/** The package manager's log is read once whenever something new is wrong, and never waited for. */
export function createInvestigation(journal: Pick<Journal, 'recent'>, systemLog: StateFiles): Investigation {
  const book = createIncidentBook(journal);
  let facts: { readonly snapshot: Snapshot; readonly history: History } | undefined;
  let upgrades: readonly PackageUpgrade[] | undefined;
  let known: ReadonlySet<string> = new Set();

  return {
    looked(snapshot, history) {
      facts = { snapshot, history };
    },
    published(report) {
      if (report.incidents.some(({ id }) => !known.has(id)))
        void readUpgrades(systemLog).then((found) => {
          upgrades = found;
        });
      known = new Set(report.incidents.map(({ id }) => id));
      const seen = facts;
      book.note(report, () => (seen === undefined ? [] : answerQuestions({ report, ...seen, upgrades })));
    },
    find: book.find,
  };
}
