import type { Config } from '../model/config.ts';
import { backupJobs } from './backup/jobs.ts';
import { restoreTestJobs } from './restore/jobs.ts';
import type { ScheduledJob } from './schedule.ts';

/** Everything that the config has a schedule for. */
export function scheduledJobs(config: Config): readonly ScheduledJob[] {
  return [...backupJobs(config), ...restoreTestJobs(config)];
}
