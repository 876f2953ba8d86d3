import { scheduledJobs } from '../../guard/jobs.ts';
import { createScheduler } from '../../guard/schedule.ts';
import { createLog } from '../../log.ts';
import { requireConfig } from '../config.ts';
import { awaitEnding } from '../guard/ending.ts';
import { CommandError, EXIT, type Io } from '../io.ts';
import { secretsOf } from '../secrets.ts';

/** The longest that a timer waits (Node.js docs, `setInterval`). */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * Stays, and runs what the config has a schedule for; resolves when told to end, and when the job under way has ended. For a container beside `serve`, so that
 * the one that looks at everything needs no role that reads everything.
 */
export async function followSchedules(io: Io, configFile: string | undefined): Promise<void> {
  const config = await requireConfig(io, configFile);
  const jobs = scheduledJobs(config);
  if (jobs.length === 0)
    throw new CommandError(
      "nothing is scheduled: add `schedule: '15 2 * * *'` to an entry under `backups`",
      EXIT.config,
    );
  const secrets = secretsOf(config);
  const log = createLog({
    level: 'info',
    format: io.isTerminal ? 'text' : 'json',
    colors: io.isTerminal,
    secrets: () => secrets,
    write: io.err,
  });
  const scheduler = createScheduler({
    clock: io.clock,
    log,
    program: [...io.program, ...(configFile === undefined ? [] : ['--config', configFile])],
    env: io.env,
    directory: io.workingDirectory,
  });
  const stay = setInterval(() => {}, FOR_EVER_MS);
  const ending = awaitEnding(io);
  scheduler.apply(jobs);
  for (const { name, schedule } of jobs) log.info({ job: name, schedule: schedule.cron }, 'is scheduled');
  await ending.told.catch(() => {});
  log.info({}, 'stopping');
  await scheduler.stop();
  clearInterval(stay);
}
