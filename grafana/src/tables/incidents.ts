import { OPEN_INCIDENTS } from '../expressions.ts';
import { linkFromRow } from '../links.ts';
import { HOST, tablePanel } from '../panels/table.ts';
import { select } from '../select.ts';

/**
 * What is told of an incident is a metric of its own; without it the incident is there all the same. `topk`: two
 * pgvigil may tell it in different words, and a join takes one.
 */
function withText(label: 'headline' | 'evidence'): string {
  const other = label === 'headline' ? 'evidence' : 'headline';
  const texts = `max without (instance, job, ${other}) (${select('pgvigil_incident_info')})`;
  const text = `topk without (${label}) (1, ${texts})`;
  const joined = `${OPEN_INCIDENTS} * ignoring (cause, confidence, ${label}) group_left (${label}) ${text}`;
  return `${joined} or ignoring (${label}) ${OPEN_INCIDENTS}`;
}

/** Open incidents with their cause; on the dashboard of incidents with the evidence. */
export function incidentTable(options: {
  readonly id: number;
  readonly height: number;
  readonly withEvidence?: boolean;
}) {
  const { id, height, withEvidence = false } = options;
  return tablePanel({
    id,
    title: withEvidence ? 'What is known' : 'Open incidents',
    description:
      'Observed: pgvigil saw it happen. Inferred: only before and after are known. An unknown cause is a legal answer.',
    width: 24,
    height,
    none: 'no open incident',
    rows: withText(withEvidence ? 'evidence' : 'headline'),
    columns: [
      HOST,
      { label: 'server', width: 130, link: linkFromRow('Incident', 'incident', ['server']) },
      { label: 'datname', width: 150, link: linkFromRow('Database', 'database', ['server', 'datname']) },
      { label: 'kind', width: 160 },
      { label: 'cause', width: 170 },
      { label: 'confidence', width: 110 },
      { label: withEvidence ? 'evidence' : 'headline', wrap: true },
      { label: 'id', width: 100 },
    ],
    sortBy: { title: 'server' },
  });
}

/** What is wrong for the reason of one incident: an incident has one cause, and often many victims. */
export function symptomTable({ id, height }: { readonly id: number; readonly height: number }) {
  return tablePanel({
    id,
    title: 'What is wrong for the same reason',
    description: 'What each incident is named after, and what else comes of its cause.',
    width: 24,
    height,
    none: 'nothing',
    rows: `max without (instance, job) (${select('pgvigil_incident_symptom')})`,
    columns: [
      HOST,
      { label: 'server', width: 130 },
      { label: 'kind', width: 160 },
      { label: 'datname', link: linkFromRow('Database', 'database', ['server', 'datname']) },
      { label: 'volume' },
      { label: 'id', width: 100 },
    ],
    sortBy: { title: 'id' },
  });
}
