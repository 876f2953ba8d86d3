import type { Incident } from '../../model/incident.ts';

/** How a person ends an incident that stays open: plain text, and the command without quoting. */
export interface Acceptance {
  readonly advice: string;
  readonly command: string;
}

/** `undefined` where an incident ends by itself. What the configuration wants cannot be accepted away. */
export function acceptance(
  incident: Pick<Incident, 'id' | 'kind' | 'needsAcceptance'>,
): Acceptance | undefined {
  if (!incident.needsAcceptance) return undefined;
  const first =
    incident.kind === 'database_missing'
      ? ' A database that stands in databases.expect has to be taken out of it first, and the configuration reloaded.'
      : '';
  return {
    advice: `It stays open until a person accepts it. Do that only once the data is back, or if the loss was intended.${first}`,
    command: `pgvigil accept ${incident.id} --reason "…"`,
  };
}
