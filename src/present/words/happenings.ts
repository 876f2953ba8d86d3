import type { IncidentRecord } from '../../model/incident-record.ts';
import type { Happening, HappeningKind } from '../../model/journal.ts';
import type { Instant } from '../../model/time.ts';
import { CAUSE_TITLES } from './causes.ts';
import { KIND_TITLES } from './kinds.ts';

/** What a happening is called, in a few words. */
export const HAPPENING_TITLES = {
  pgvigil_started: 'pgvigil started',
  pgvigil_stopped: 'pgvigil stopped',
  server_discovered: 'server discovered',
  server_up: 'server up',
  server_down: 'server down',
  server_pinned: 'server identity noted',
  server_replaced: 'server replaced',
  database_appeared: 'database appeared',
  database_expected: 'database now expected',
  database_gone: 'database gone, not expected',
  database_missing: 'database missing',
  database_unreadable: 'database unreadable',
  database_shrunk: 'database lost data',
  database_returned: 'database returned',
  database_replaced: 'database replaced',
  volume_pinned: 'volume noted',
  volume_missing: 'volume missing',
  volume_returned: 'volume returned',
  container_changed: 'container changed',
  docker_event: 'Docker event',
  incident_opened: 'incident opened',
  incident_explained: 'incident explained',
  incident_closed: 'incident closed',
  accepted: 'accepted by a person',
  forgotten: 'forgotten',
  database_verified: 'database verified before use',
  database_adopted: 'database taken on record',
  database_created: 'database created',
  creation_refused: 'database not created',
  creation_failed: 'database could not be made ready',
  command_started: 'command started',
  command_ended: 'command ended',
} as const satisfies Record<HappeningKind, string>;

/** What it happened to: `main / shop`. */
export function happeningSubject({ server, datname, volume, container }: Happening): string {
  return [server, datname, volume, container].filter((name) => name !== undefined).join(' / ');
}

/** Its facts in one line. */
export function happeningDetails({ kind, details = {} }: Happening): string {
  const { incident, what, cause, confidence } = details;
  if (incident !== undefined && kind.startsWith('incident_')) {
    const words = [
      titleIn(KIND_TITLES, what),
      `cause: ${titleIn(CAUSE_TITLES, cause)}`,
      confidence,
      incident,
    ];
    return words.filter((word) => word !== undefined).join(', ');
  }
  return Object.entries(details)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** A journal may hold words of a newer pgvigil: they are shown as they are. */
function titleIn(titles: Readonly<Record<string, string>>, key: unknown): string {
  const name = String(key);
  return Object.hasOwn(titles, name) ? (titles[name] ?? name) : name;
}

const BEFORE_MS = 10 * 60_000;
const AFTER_MS = 60_000;

/** What happened to the server of an incident, or to pgvigil itself, from a little before it to a little after it. */
export function happeningsAround(
  happenings: readonly Happening[],
  { incident, endedAt, isOpen }: IncidentRecord,
): readonly Happening[] {
  const until: Instant = (isOpen ? undefined : endedAt) ?? Number.POSITIVE_INFINITY;
  return happenings
    .filter(({ at, server, details }) => {
      if (details?.['incident'] !== undefined) return details['incident'] === incident.id;
      if (server !== undefined && server !== incident.server) return false;
      return at >= incident.since - BEFORE_MS && at <= until + AFTER_MS;
    })
    .sort((a, b) => a.at - b.at);
}
