import { SERVER_STATES } from '../../src/model/verified.ts';
import { select } from './select.ts';

/**
 * What several panels ask. Like the rules, they take `instance` and `job` away with `without`: one database is one
 * row, however many pgvigil watch it. One that saw a loss is believed; for a server, one that got in. What a target was
 * labelled with stays, so nothing is joined `on` a list of labels: in a fleet there are many servers called main.
 */

/** What could not be verified has a value of its own, for a gap in a timeline is easily read as the value before. */
export const UNKNOWN = -1;

/** Labels of pgvigil_server_info that say what a server is. */
export const SERVER_FACTS = ['version', 'container', 'volume', 'data_directory', 'system_identifier'];

/** Added to whether a volume is mounted, where a panel shows that beside whether it is there. */
export const MOUNTED = 10;

/** The name of the database is there, and its data is not. */
export const UNREADABLE = -2;

/** Databases by server and datname: 1 there, 0 gone or unreadable. */
export const VERIFIED_PRESENCE = `min without (instance, job) (${select('pgvigil_database_present')})`;

const unreadable = `max without (instance, job) (${select('pgvigil_database_unreadable')})`;

/** Databases by server and datname: 1 there, 0 gone, -1 expected and unknown, -2 unreadable. */
export const PRESENCE = orUnknown(
  `${UNREADABLE} * ${unreadable} + (${VERIFIED_PRESENCE} == 0) or ${VERIFIED_PRESENCE}`,
  `max without (instance, job, source) (${select('pgvigil_database_expected')})`,
);

/** Databases by server and datname: 1 the same as before, 0 another one, -1 unknown. */
export const DATABASE_IDENTITY = orUnknown(
  `min without (instance, job) (${select('pgvigil_database_identity_match')})`,
  `max without (instance, job, source) (${select('pgvigil_database_expected')})`,
);

/** Servers: 1 the pinned cluster, 0 another one, -1 unknown. */
export const SERVER_IDENTITY = orUnknown(
  `min without (instance, job) (${select('pgvigil_server_identity_match')})`,
  `max without (instance, job, ${SERVER_FACTS.join(', ')}) (${select('pgvigil_server_info')})`,
);

/** Volumes: 1 there, 0 gone, -1 expected and unknown. */
export const VOLUME_PRESENCE = orUnknown(
  `min without (instance, job) (${select('pgvigil_volume_present')})`,
  `max without (instance, job) (${select('pgvigil_volume_expected')})`,
);

/** Servers: the number of their state in SERVER_STATES, counted from 1; the best of several opinions. */
export const SERVER_STATE = `min without (instance, job) (sum without (state) (${SERVER_STATES.map(
  (state, index) => `${index + 1} * ${select('pgvigil_server_state', { where: { state } })}`,
).join(' or ')}))`;

/** Part of a filesystem that is left, from 0 to 1. */
export const DISK_LEFT = share('pgvigil_filesystem_avail_bytes', 'pgvigil_filesystem_size_bytes');

/** Part of the inodes of a filesystem that is left; a filesystem without a fixed number of them is left out. */
export const INODES_LEFT = share('pgvigil_filesystem_files_free', 'pgvigil_filesystem_files');

/** Every open incident once, without the metadata of who reported it. */
export const OPEN_INCIDENTS = `max without (instance, job) (${select('pgvigil_incident_open')})`;

/** The number 0 while a pgvigil is scraped: a count of nothing is 0 only where somebody looked. */
export const ZERO = `0 * count(${select('pgvigil_build_info')})`;

/** How many series of an expression have this value; nothing at all where there are none. */
export function countOf(expression: string, value: number): string {
  return `sum(${expression} == bool ${value})`;
}

function orUnknown(verified: string, expected: string): string {
  return `(${verified} or 0 * ${expected} + ${UNKNOWN})`;
}

type FilesystemMetric =
  | 'pgvigil_filesystem_avail_bytes'
  | 'pgvigil_filesystem_size_bytes'
  | 'pgvigil_filesystem_files_free'
  | 'pgvigil_filesystem_files';

function share(left: FilesystemMetric, whole: FilesystemMetric): string {
  return `min without (instance, job, device, fstype) (${select(left)} / (${select(whole)} > 0))`;
}
