import { setPriority } from 'node:os';
import { nextRun } from '../config/cron.ts';
import type { Schedule } from '../model/backup-source.ts';
import type { Log } from '../model/log.ts';
import type { Clock, Instant } from '../model/time.ts';
import { explainEnd, type ProgramEnd, startProgram } from '../observe/program.ts';

/** A command of pgvigil that is run when it is due. */
export interface ScheduledJob {
  /** Unique; for the log. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Arguments of pgvigil. */
  readonly args: readonly string[];
  readonly deadlineMs: number;
}

/** Runs jobs one after another, each in a process of its own. */
export interface Scheduler {
  apply(jobs: readonly ScheduledJob[]): void;
  /** Tells the job under way to end, which cleans up by itself; resolves when it has ended, within about a minute. */
  stop(): Promise<void>;
}

/** A timer of a day would wake late after a sleep of the machine. */
const TICK_MS = 15_000;
/** Beside a watcher, which comes first. */
const NICE = 10;
/** A job ends by its own deadlines; this is for one that hangs on a disk. */
const SPARE_MS = 600_000;
/** It ends its own programs within less, and cleans up and writes down what became of it. */
const GRACE_MS = 60_000;

/** `program`: how pgvigil is started, with the options that every command has at the end. */
export function createScheduler(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Between two looks at the clock. */
  readonly tickMs?: number;
}): Scheduler {
  const { clock, log, directory, tickMs = TICK_MS } = options;
  const env = Object.fromEntries(
    Object.entries(options.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  let jobs: readonly ScheduledJob[] = [];
  const due = new Map<string, Instant | undefined>();
  const queue: ScheduledJob[] = [];
  const ending = new AbortController();
  let running: string | undefined;
  let work: Promise<void> = Promise.resolve();
  let lookedAt = clock.now();
  let timer: NodeJS.Timeout | undefined;

  function plan(): void {
    due.clear();
    for (const { name, schedule } of jobs) due.set(name, nextRun(schedule, clock.now()));
  }

  function tick(): void {
    const now = clock.now();
    // A clock that was set back would make us wait for as long.
    if (now < lookedAt) plan();
    lookedAt = now;
    for (const job of jobs) {
      const at = due.get(job.name);
      if (at === undefined || at > now) continue;
      due.set(job.name, nextRun(job.schedule, now));
      if (running === job.name || queue.some(({ name }) => name === job.name))
        log.warn({ job: job.name }, 'it is time for a job that is still under way: left out');
      else queue.push(job);
    }
    next();
  }

  function next(): void {
    if (running !== undefined || ending.signal.aborted) return;
    const job = queue.shift();
    if (job === undefined) return;
    running = job.name;
    work = run(job).finally(() => {
      running = undefined;
      next();
    });
  }

  async function run(job: ScheduledJob): Promise<void> {
    const startedAt = clock.monotonic();
    log.info({ job: job.name }, 'begins');
    const { child, ended } = startProgram([...options.program, ...job.args], {
      env,
      directory,
      deadlineMs: job.deadlineMs + SPARE_MS,
      signal: ending.signal,
      graceMs: GRACE_MS,
    });
    giveWay(child?.pid);
    tell(job, await ended, Math.round(clock.monotonic() - startedAt) / 1000);
  }

  function tell(job: ScheduledJob, end: ProgramEnd, seconds: number): void {
    const facts = { job: job.name, exitCode: end.exitCode, seconds };
    if (end.ok) log.info(facts, 'is done');
    else if (!ending.signal.aborted) log.warn(facts, explainEnd(job.name, end));
  }

  return {
    apply(next) {
      // One that was due a moment ago stays due, whatever is read again.
      const stays = new Map(jobs.map((job) => [keyOf(job), due.get(job.name)]));
      jobs = next;
      plan();
      for (const job of jobs) if (stays.has(keyOf(job))) due.set(job.name, stays.get(keyOf(job)));
      clearInterval(timer);
      timer = jobs.length === 0 ? undefined : setInterval(tick, tickMs);
      timer?.unref();
    },
    stop() {
      clearInterval(timer);
      queue.length = 0;
      ending.abort();
      return work;
    },
  };
}

const keyOf = ({ name, schedule }: ScheduledJob): string =>
  JSON.stringify([name, schedule.cron, schedule.timeZone]);

function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It ended at once, which its exit code tells.
  }
}
