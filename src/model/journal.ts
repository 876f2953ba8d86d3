import type { Instant } from './time.ts';

/** What can happen to something watched. */
export type HappeningKind =
  | 'pgvigil_started'
  | 'pgvigil_stopped'
  | 'server_discovered'
  | 'server_up'
  | 'server_down'
  | 'server_pinned'
  | 'server_replaced'
  | 'database_appeared'
  | 'database_expected'
  | 'database_gone' // one that nobody expected
  | 'database_missing'
  | 'database_unreadable'
  | 'database_shrunk'
  | 'database_returned'
  | 'database_replaced'
  | 'volume_pinned'
  | 'volume_missing'
  | 'volume_returned'
  | 'container_changed'
  | 'docker_event'
  | 'incident_opened'
  | 'incident_explained'
  | 'incident_closed'
  | 'accepted'
  | 'forgotten'
  // What `ensure` and `setup` did.
  | 'database_verified'
  | 'database_adopted'
  | 'database_created'
  | 'creation_refused'
  | 'creation_failed'
  | 'command_started'
  | 'command_ended';

/** One line of the journal. */
export interface Happening {
  readonly at: Instant;
  readonly kind: HappeningKind;
  readonly server?: string;
  readonly datname?: string;
  readonly volume?: string;
  readonly container?: string;
  /** Facts, not sentences: identities, sizes, actions, a reason given by a person. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}
