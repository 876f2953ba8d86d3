import type { Instant } from './time.ts';

/** Where a piece of evidence was read. */
export const EVIDENCE_SOURCES = [
  'docker_event',
  'docker_list',
  'docker_inspect',
  'container_log',
  'pg_control',
  'postgres_catalog',
  'postgres_connection',
  'postgres_activity',
  'filesystem',
  'host',
  'memory',
] as const;
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** What it shows. Sentences are made at the edge. */
export const EVIDENCE_KINDS = [
  'volume_destroyed', // event: the volume was removed
  'volumes_pruned', // event: prune, which before Docker 23 names no volume
  'volume_absent', // list: the volume does not exist
  'volume_created', // list: a volume of this name was made after the loss
  'volume_unused', // list: the volume is there and not mounted where the data is
  'volume_directory_deleted', // list: Docker lists the volume, its directory is gone
  'mount_before',
  'mount_after',
  'container_event', // event: die, stop, kill, destroy, create, start, oom of the container
  'container_state', // inspect: state, exit code, OOM, restarts
  'container_absent',
  'network_removed', // event: the network of the compose project was removed
  'system_identifier_changed',
  'initialized', // when initdb made the cluster that answers now
  'row_absent', // the server lists its databases and this one is not among them
  'row_present',
  'oid_changed',
  'renamed_to',
  'drop_session', // a session whose last statement was DROP DATABASE
  'invalid_database', // datconnlimit = -2
  'connection_failed', // reason and SQLSTATE class of a fresh connection
  'files_missing',
  'disk_full',
  'inodes_used_up',
  'disk_figures',
  'host_booted',
  'docker_unreachable',
  'daemon_restarted',
  'events_lost',
  'tables_before',
  'tables_after',
  'last_seen', // when, with which size, in how many tables
  'log_line',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** One fact that speaks for a cause: what, when, from where. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** When it happened or was read; `undefined` where the source does not say. */
  readonly at: Instant | undefined;
  readonly source: EvidenceSource;
  /** Names, identities and numbers; no secret, no whole command line. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}
