import type { Answer } from '../model/answer.ts';
import type { Incident } from '../model/incident.ts';
import type { Report } from '../model/report.ts';
import { acceptance } from '../present/words/acceptance.ts';
import { incidentStory } from '../present/words/incident-story.ts';
import { ASKED } from '../present/words/questions.ts';
import { PLAIN, type Style } from './screen.ts';
import { printable } from './table.ts';

/** What was found, as a person reads it: the answer first, then why, then the questions of an investigation. */
export function diagnoseText(
  { report, answers }: { readonly report: Report; readonly answers: readonly Answer[] },
  now: number,
  { paint }: Style = PLAIN,
): string {
  const parts = [
    headline(report, paint),
    ...report.incidents.map((found) => incident(found, report, paint)),
    blindness(report, paint),
    questions(answers, paint),
    paint('dim', `Looked at ${new Date(now).toISOString()}.`),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

type Paint = Style['paint'];

function headline({ incidents, servers }: Report, paint: Paint): string {
  if (incidents.length > 0)
    return paint(
      'bad',
      incidents.length === 1 ? 'One incident is open.' : `${incidents.length} incidents are open.`,
    );
  const databases = servers
    .flatMap((server) => server.databases)
    .filter(({ presence }) => presence === 'present').length;
  return servers.every(({ up }) => up)
    ? paint('good', `All is well: ${servers.length} servers are up, ${databases} databases are there.`)
    : paint('unsure', 'No incident is open, but not everything could be seen.');
}

function incident(found: Incident, report: Report, paint: Paint): string {
  const { headline: title, confidence, lines, steps } = incidentStory(found, report);
  const accept = acceptance(found);
  return [
    paint('strong', printable(title)),
    `  ${found.kind}, cause ${found.cause}${found.trigger ? ` (${found.trigger})` : ''}: ${confidence}`,
    ...lines.map((line) => `  · ${printable(line)}`),
    '  What to do:',
    ...steps.map((step, index) => `  ${index + 1}. ${printable(step)}`),
    ...(accept ? [`  ${accept.advice}`, `    ${accept.command}`] : []),
  ].join('\n');
}

function blindness({ servers }: Report, paint: Paint): string {
  return servers
    .filter(({ up }) => up !== true)
    .map(
      ({ name, state, stateDetail }) =>
        `Server ${printable(name)} is ${paint('unsure', state ?? 'not looked at yet')}${stateDetail ? `: ${printable(stateDetail)}` : ''}.`,
    )
    .join('\n');
}

function questions(answers: readonly Answer[], paint: Paint): string {
  return answers
    .flatMap(({ question, answer, facts }) => [
      `${ASKED[question].padEnd(34)}${paint(answer === 'unknown' ? 'unsure' : 'strong', answer)}`,
      ...facts
        .slice(-8)
        .map(
          ({ at, text }) =>
            `    ${at === undefined ? '' : `${new Date(at).toISOString()}  `}${printable(text)}`,
        ),
    ])
    .join('\n');
}
