/** Why data is gone, replaced or unreachable: a closed list, also the values of the metric label `cause`. */
export const CAUSES = [
  'volume_removed',
  'volume_not_mounted',
  'cluster_reinitialized',
  'database_dropped',
  'database_recreated',
  'database_renamed',
  'data_files_deleted',
  'interrupted_drop',
  'corruption',
  'disk_full',
  'container_removed',
  'container_stopped',
  'oom_killed',
  'crash_loop',
  'host_rebooted',
  'docker_restarted',
  'access_lost',
  'network',
  'unknown', // A legal answer: a wrong cause is worse.
] as const;
export type Cause = (typeof CAUSES)[number];

/** What set a cause off, where that is known. */
export const TRIGGERS = [
  'compose_down',
  'volume_rm',
  'volume_prune',
  'deleted_behind_docker',
  'no_mount',
  'other_volume',
  'anonymous_volume',
  'wrong_path',
  'project_renamed',
] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** `observed`: we saw it happen. `inferred`: we know only before and after. */
export const CONFIDENCES = ['observed', 'inferred', 'unknown'] as const;
export type Confidence = (typeof CONFIDENCES)[number];
