/** Not lost yet, but would be: a closed list, also the values of the metric label `risk`. */
export const RISKS = [
  'anonymous_volume',
  'no_volume',
  'mount_mismatch',
  'no_backup',
  'backup_unverified',
  'backup_same_disk',
  'superuser_monitoring',
  'unbounded_container_logs',
  'no_restart_policy',
  'state_on_watched_volume',
  'default_database_only_on_first_init',
] as const;
export type RiskName = (typeof RISKS)[number];

/** One risk of one server: whether it is there, what shows it, and what to do. */
export interface Risk {
  readonly server: string;
  readonly risk: RiskName;
  readonly present: boolean;
  /** Names and numbers that show it; empty while it is not there. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}
