import type { HappeningKind } from '../../../model/journal.ts';
import type { Presence, ServerState } from '../../../model/report.ts';

/** How a verdict is shown: a colour and a shape, always beside a word. */
export type Level = 'well' | 'unsure' | 'wrong' | 'quiet';

export interface Word {
  readonly level: Level;
  readonly word: string;
}

export const SERVER_WORDS: Readonly<Record<ServerState, Word>> = {
  up: { level: 'well', word: 'up' },
  starting: { level: 'unsure', word: 'starting' },
  stopping: { level: 'unsure', word: 'stopping' },
  saturated: { level: 'wrong', word: 'no connection left' },
  hung: { level: 'wrong', word: 'hung' },
  down: { level: 'wrong', word: 'down' },
  unreachable: { level: 'wrong', word: 'unreachable' },
  blind: { level: 'unsure', word: 'cannot see' },
};

export const NOT_LOOKED: Word = { level: 'quiet', word: 'not looked yet' };

export const PRESENCE_WORDS: Readonly<Record<Presence, Word>> = {
  present: { level: 'well', word: 'present' },
  missing: { level: 'wrong', word: 'missing' },
  unreadable: { level: 'wrong', word: 'unreadable' },
  unknown: { level: 'unsure', word: 'unknown' },
};

export const HAPPENING_WORDS: Readonly<Record<HappeningKind, Word>> = {
  pgvigil_started: { level: 'quiet', word: 'pgvigil started' },
  pgvigil_stopped: { level: 'quiet', word: 'pgvigil stopped' },
  server_discovered: { level: 'quiet', word: 'server discovered' },
  server_up: { level: 'well', word: 'server up' },
  server_down: { level: 'wrong', word: 'server down' },
  server_pinned: { level: 'quiet', word: 'server identity noted' },
  server_replaced: { level: 'wrong', word: 'server replaced' },
  database_appeared: { level: 'quiet', word: 'database appeared' },
  database_expected: { level: 'quiet', word: 'database now expected' },
  database_gone: { level: 'quiet', word: 'database gone, not expected' },
  database_missing: { level: 'wrong', word: 'database missing' },
  database_unreadable: { level: 'wrong', word: 'database unreadable' },
  database_shrunk: { level: 'wrong', word: 'database lost data' },
  database_returned: { level: 'well', word: 'database returned' },
  database_replaced: { level: 'wrong', word: 'database replaced' },
  volume_pinned: { level: 'quiet', word: 'volume noted' },
  volume_missing: { level: 'wrong', word: 'volume missing' },
  volume_returned: { level: 'well', word: 'volume returned' },
  container_changed: { level: 'quiet', word: 'container changed' },
  docker_event: { level: 'quiet', word: 'Docker event' },
  incident_opened: { level: 'wrong', word: 'incident opened' },
  incident_explained: { level: 'quiet', word: 'incident explained' },
  incident_closed: { level: 'well', word: 'incident closed' },
  accepted: { level: 'quiet', word: 'accepted by a person' },
  forgotten: { level: 'quiet', word: 'forgotten' },
  database_verified: { level: 'well', word: 'database verified before use' },
  database_adopted: { level: 'quiet', word: 'database taken on record' },
  database_created: { level: 'quiet', word: 'database created' },
  creation_refused: { level: 'wrong', word: 'database not created' },
  creation_failed: { level: 'wrong', word: 'database could not be made ready' },
  command_started: { level: 'quiet', word: 'command started' },
  command_ended: { level: 'quiet', word: 'command ended' },
};
