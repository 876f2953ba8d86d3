import type { Cause, Confidence, Trigger } from './cause.ts';
import type { Evidence } from './evidence.ts';
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

/** Something that is wrong now, before anybody asks why. */
export interface Symptom {
  readonly kind: IncidentKind;
  readonly server: string;
  readonly datname: string | undefined;
  readonly volume: string | undefined;
  readonly since: Instant;
  /** Data was lost or replaced: only a person can say that this is all right. */
  readonly needsAcceptance: boolean;
}

/** Data is gone, replaced or unreachable: one incident, one cause. */
export interface Incident extends Symptom {
  /** Stays the same while it is open, also over restarts. Eight hexadecimal digits. */
  readonly id: string;
  readonly cause: Cause;
  readonly trigger: Trigger | undefined;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** What else is wrong for the same cause, and therefore has no incident of its own. */
  readonly symptoms: readonly Symptom[];
}
