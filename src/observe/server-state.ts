import type { ConnectReason } from '../model/reason.ts';
import type { ServerState } from '../model/verified.ts';

/** What a failed fresh connection says about the server. Blind: something answers, but not to us. */
export const STATE_OF_REASON = {
  refused: 'down',
  reset: 'down',
  files_missing: 'down',
  corrupt: 'down',
  disk_full: 'down',
  timeout: 'unreachable',
  unreachable: 'unreachable',
  dns: 'unreachable',
  hung: 'hung',
  query_timeout: 'hung',
  starting: 'starting',
  stopping: 'stopping',
  terminated: 'stopping',
  saturated: 'saturated',
  tls: 'blind',
  protocol: 'blind',
  no_database: 'blind',
  invalid_database: 'blind',
  connections_disallowed: 'blind',
  permission_denied: 'blind',
  auth_failed: 'blind',
  access_denied: 'blind',
  no_password: 'blind',
  other: 'blind',
} as const satisfies Record<ConnectReason, Exclude<ServerState, 'up'>>;
