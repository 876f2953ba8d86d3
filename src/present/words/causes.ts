import type { Cause } from '../../model/cause.ts';
import { LOSS_HEADLINES } from './causes/loss.ts';
import { OUTAGE_HEADLINES } from './causes/outage.ts';
import type { Subject } from './subject.ts';

/** What a cause is called, in a few words. */
export const CAUSE_TITLES = {
  volume_removed: 'volume removed',
  volume_not_mounted: 'volume not mounted',
  cluster_reinitialized: 'cluster made anew',
  database_dropped: 'database dropped',
  database_recreated: 'database dropped and made again',
  database_renamed: 'database renamed',
  data_files_deleted: 'data files deleted',
  interrupted_drop: 'interrupted DROP DATABASE',
  corruption: 'data damaged',
  disk_full: 'no space or inodes left',
  container_removed: 'container removed',
  container_stopped: 'container stopped',
  oom_killed: 'killed for want of memory',
  crash_loop: 'crash loop',
  host_rebooted: 'host rebooted',
  docker_restarted: 'Docker restarted',
  access_lost: 'access lost',
  network: 'network',
  unknown: 'not known',
} as const satisfies Record<Cause, string>;

/** What happened, in one clause without a full stop; times are UTC. */
export const HEADLINES = {
  ...LOSS_HEADLINES,
  ...OUTAGE_HEADLINES,
} as const satisfies Record<Cause, (subject: Subject) => string>;
