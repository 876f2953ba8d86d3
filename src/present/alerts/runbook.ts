import type { IncidentKind } from '../../model/incident.ts';
import { WORDINGS } from './wording.ts';

const RUNBOOKS = 'https://github.com/pgvigil/pgvigil/blob/main/docs/runbooks';

/** Where it is written what to do about an incident of this kind: the address that its alert carries. */
export function runbookUrl(kind: IncidentKind): string {
  return `${RUNBOOKS}/${WORDINGS[kind].alertname}.md`;
}
