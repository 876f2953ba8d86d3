import type { Cause } from '../../model/cause.ts';
import { accessLost } from './access-lost.ts';
import { clusterReinitialized } from './cluster-reinitialized.ts';
import { containerRemoved } from './container-removed.ts';
import { containerStopped } from './container-stopped.ts';
import { corruption } from './corruption.ts';
import { crashLoop } from './crash-loop.ts';
import { dataFilesDeleted } from './data-files-deleted.ts';
import { databaseDropped } from './database-dropped.ts';
import { databaseRecreated } from './database-recreated.ts';
import { databaseRenamed } from './database-renamed.ts';
import { diskFull } from './disk-full.ts';
import { dockerRestarted } from './docker-restarted.ts';
import { hostRebooted } from './host-rebooted.ts';
import { interruptedDrop } from './interrupted-drop.ts';
import { network } from './network.ts';
import { oomKilled } from './oom-killed.ts';
import type { CauseRule } from './rule.ts';
import { volumeNotMounted } from './volume-not-mounted.ts';
import { volumeRemoved } from './volume-removed.ts';

/**
 * Every cause, the deepest first: what one accounts for is not asked of those after it. A cause silences its
 * symptoms here and nowhere else.
 */
export const CAUSE_RULES = {
  volume_removed: volumeRemoved,
  volume_not_mounted: volumeNotMounted,
  cluster_reinitialized: clusterReinitialized,
  data_files_deleted: dataFilesDeleted,
  interrupted_drop: interruptedDrop,
  corruption,
  disk_full: diskFull,
  oom_killed: oomKilled,
  crash_loop: crashLoop,
  host_rebooted: hostRebooted,
  docker_restarted: dockerRestarted,
  container_removed: containerRemoved,
  container_stopped: containerStopped,
  access_lost: accessLost,
  network,
  database_renamed: databaseRenamed,
  database_recreated: databaseRecreated,
  database_dropped: databaseDropped,
} as const satisfies Record<Exclude<Cause, 'unknown'>, CauseRule>;
