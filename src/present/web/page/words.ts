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

export const HAPPENING_LEVELS: Readonly<Record<HappeningKind, Level>> = {
  pgvigil_started: 'quiet',
  pgvigil_stopped: 'quiet',
  server_discovered: 'quiet',
  server_up: 'well',
  server_down: 'wrong',
  server_pinned: 'quiet',
  server_replaced: 'wrong',
  database_appeared: 'quiet',
  database_expected: 'quiet',
  database_gone: 'quiet',
  database_missing: 'wrong',
  database_unreadable: 'wrong',
  database_shrunk: 'wrong',
  database_returned: 'well',
  database_replaced: 'wrong',
  volume_pinned: 'quiet',
  volume_missing: 'wrong',
  volume_returned: 'well',
  container_changed: 'quiet',
  docker_event: 'quiet',
  incident_opened: 'wrong',
  incident_explained: 'quiet',
  incident_closed: 'well',
  accepted: 'quiet',
  forgotten: 'quiet',
  database_verified: 'well',
  database_adopted: 'quiet',
  database_created: 'quiet',
  creation_refused: 'wrong',
  creation_failed: 'wrong',
  command_started: 'quiet',
  command_ended: 'quiet',
};
