import type { Instant } from './time.ts';

export const INCIDENT_KINDS = [
  'database_missing',
  'database_replaced',
  'database_unreadable',
  'database_shrunk',
  'server_replaced',
  'server_down',
  'volume_missing',
  'data_off_volume',
  'disk_full',
  'blind',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Data is gone, replaced or unreachable. */
export interface Incident {
  /** Stable over restarts: derived from kind, subject and beginning. Eight hexadecimal digits. */
  readonly id: string;
  readonly kind: IncidentKind;
  readonly server: string;
  readonly datname: string | undefined;
  readonly volume: string | undefined;
  readonly since: Instant;
  /** Stays open until a person accepts it, even if a thing of the same name comes back. */
  readonly needsAcceptance: boolean;
}
