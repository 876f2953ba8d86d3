import type { OwnBackups } from '../../model/backup-source.ts';
import type { Config } from '../../model/config.ts';
import { runDeadlineMs } from '../run-deadline.ts';
import type { ScheduledJob } from '../schedule.ts';

/** The backups that have a schedule. */
export function backupJobs({ backups }: Config): readonly ScheduledJob[] {
  return backups.flatMap((source) =>
    source.kind === 'pgvigil' && source.schedule !== undefined
      ? {
          name: `backup ${source.name}`,
          schedule: source.schedule,
          args: ['backup', '--source', source.name],
          deadlineMs: runDeadlineMs(source.deadlineMs, partsOf(source)),
        }
      : [],
  );
}

/** Each database has the deadline, and so do the globals, the physical copy, and every copy of these somewhere else. */
function partsOf({ databases, physical, offsite }: OwnBackups): number | undefined {
  const copies = offsite === undefined ? 1 : 2;
  return databases && (databases.length + (physical ? 2 : 1)) * copies;
}
