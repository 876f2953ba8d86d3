import type { Incident } from '../../../model/incident.ts';

/** The id of an incident's element on the page: alerts link to it. */
export const incidentAnchor = ({ id }: Incident): string => `incident-${id}`;

/** The path of an incident's own page, from `/`; `undefined` for what is no id. */
export const incidentPath = (id: unknown): string | undefined =>
  typeof id === 'string' && /^[0-9a-f]{8}$/.test(id) ? `incidents/${id}` : undefined;

/** Not to see is no loss. */
export const levelOf = ({ kind }: Incident): 'wrong' | 'unsure' => (kind === 'blind' ? 'unsure' : 'wrong');

/** Losses first, then what is away, then what cannot be seen; of each the newest first. */
export function inOrder(incidents: readonly Incident[]): readonly Incident[] {
  const rank = (incident: Incident): number =>
    incident.needsAcceptance ? 0 : levelOf(incident) === 'wrong' ? 1 : 2;
  return [...incidents].sort((a, b) => rank(a) - rank(b) || b.since - a.since);
}
