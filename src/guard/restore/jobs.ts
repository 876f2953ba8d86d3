import type { Config } from '../../model/config.ts';
import { runDeadlineMs } from '../run-deadline.ts';
import type { ScheduledJob } from '../schedule.ts';

/** The restore tests that have a schedule: every night what is here, and what is somewhere else when it is due. */
export function restoreTestJobs({ backups }: Config): readonly ScheduledJob[] {
  return backups.flatMap((source) => {
    const test = source.kind === 'pgvigil' || source.kind === 'files' ? source.restoreTest : undefined;
    if (test?.schedule === undefined) return [];
    return {
      name: `restore-test ${source.name}`,
      schedule: test.schedule,
      args: ['restore-test', '--source', source.name, '--from', 'due'],
      // Each database has the deadline, here and somewhere else.
      deadlineMs: runDeadlineMs(test.deadlineMs, source.databases && 2 * source.databases.length),
    };
  });
}
