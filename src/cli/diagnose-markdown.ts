import type { Answer } from '../model/answer.ts';
import type { Report } from '../model/report.ts';
import { incidentReport, questionsReport } from '../present/words/incident-report.ts';

/** What was found, as Markdown: a report of each open incident, as its page gives it, then the questions once. */
export function diagnoseMarkdown({
  report,
  answers,
}: {
  readonly report: Report;
  readonly answers: readonly Answer[];
}): string {
  const { incidents, containers, at } = report;
  const reports = incidents.map((incident) =>
    incidentReport(
      { incident, containers, isOpen: true, endedAt: undefined, answers: [], isWhole: true },
      [],
    ),
  );
  const looked = `Looked at ${new Date(at).toISOString()}.`;
  return [
    ...(reports.length === 0 ? ['# No incident is open\n'] : reports),
    `${questionsReport(answers).join('\n')}\n`,
    `${looked}\n`,
  ].join('\n');
}
