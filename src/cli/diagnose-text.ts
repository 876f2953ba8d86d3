import type { Answer, Question } from '../diagnose/questions.ts';
import type { Incident } from '../model/incident.ts';
import type { Report } from '../model/report.ts';
import { incidentStory } from '../present/words/incident-story.ts';
import { printable } from './table.ts';

const ASKED = {
  docker_restarted: 'Was Docker restarted?',
  volume_there: 'Is the volume still there?',
  disk_space: 'Is there disk space?',
  removal_logged: 'Is a removal logged?',
  reboot_or_update: 'Was there a reboot or an update?',
} as const satisfies Record<Question, string>;

/** What was found, as a person reads it: the answer first, then why, then the questions of an investigation. */
export function diagnoseText(
  { report, answers }: { readonly report: Report; readonly answers: readonly Answer[] },
  now: number,
): string {
  const parts = [
    headline(report),
    ...report.incidents.map((found) => incident(found, report)),
    blindness(report),
    questions(answers),
    `Looked at ${new Date(now).toISOString()}.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headline({ incidents, servers }: Report): string {
  if (incidents.length > 0)
    return incidents.length === 1 ? 'One incident is open.' : `${incidents.length} incidents are open.`;
  const databases = servers
    .flatMap((server) => server.databases)
    .filter(({ presence }) => presence === 'present').length;
  return servers.every(({ up }) => up)
    ? `All is well: ${servers.length} servers are up, ${databases} databases are there.`
    : 'No incident is open, but not everything could be seen.';
}

function incident(found: Incident, report: Report): string {
  const { headline: title, confidence, lines, steps } = incidentStory(found, report);
  const accept = found.needsAcceptance
    ? [`  if it was intended: pgvigil accept ${found.id} --reason "…"`]
    : [];
  return [
    `${title}`,
    `  ${found.kind}, cause ${found.cause}${found.trigger ? ` (${found.trigger})` : ''}: ${confidence}`,
    ...lines.map((line) => `  · ${printable(line)}`),
    '  What to do:',
    ...steps.map((step, index) => `  ${index + 1}. ${printable(step)}`),
    ...accept,
  ].join('\n');
}

function blindness({ servers }: Report): string {
  return servers
    .filter(({ up }) => up !== true)
    .map(
      ({ name, state, stateDetail }) =>
        `Server ${name} is ${state ?? 'not looked at yet'}${stateDetail ? `: ${printable(stateDetail)}` : ''}.`,
    )
    .join('\n');
}

function questions(answers: readonly Answer[]): string {
  return answers
    .flatMap(({ question, answer, facts }) => [
      `${ASKED[question].padEnd(34)}${answer}`,
      ...facts
        .slice(-8)
        .map(
          ({ at, text }) =>
            `    ${at === undefined ? '' : `${new Date(at).toISOString()}  `}${printable(text)}`,
        ),
    ])
    .join('\n');
}
