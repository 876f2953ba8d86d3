/** A limit that a panel shows in colour: what the rules alert at. A test compares them. */
export interface Limit {
  /** The alert that fires there. */
  readonly alert: string;
  readonly warning: number;
  /** Absent where the alert is never critical. */
  readonly critical?: number;
}

/** Limits where less is worse. */
export const DISK_LEFT_LIMIT = {
  alert: 'PgVigilDiskAlmostFull',
  warning: 0.1,
  critical: 0.05,
} as const satisfies Limit;

export const INODES_LEFT_LIMIT = {
  alert: 'PgVigilInodesAlmostUsedUp',
  warning: 0.1,
  critical: 0.05,
} as const satisfies Limit;

/** In seconds. */
export const TIME_TO_FULL_LIMIT = {
  alert: 'PgVigilDiskFullSoon',
  warning: 24 * 60 * 60,
  critical: 4 * 60 * 60,
} as const satisfies Limit;

/** Limits where more is worse. */
export const CONNECTIONS_LIMIT = {
  alert: 'PgVigilConnectionsNearLimit',
  warning: 0.8,
  critical: 0.95,
} as const satisfies Limit;

/** In seconds. */
export const CHECKPOINT_AGE_LIMIT = {
  alert: 'PgVigilCheckpointTooOld',
  warning: 2 * 60 * 60,
} as const satisfies Limit;
