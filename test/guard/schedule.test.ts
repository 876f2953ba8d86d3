import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nextRun } from '../../src/config/cron.ts';
import { backupJobs } from '../../src/guard/backup/jobs.ts';
import { createScheduler, type ScheduledJob } from '../../src/guard/schedule.ts';
import { handClock } from '../kit/clock.ts';
import { parseText } from '../kit/config.ts';
import { listLog } from '../kit/list-log.ts';

const HOUR_MS = 3_600_000;
const hourly = { cron: '0 * * * *', timeZone: 'UTC' };

/** A job that is a small program of Node.js. */
const job = (name: string, code: string, schedule = hourly): ScheduledJob => {
  return { name, schedule, args: ['-e', code], deadlineMs: 20_000 };
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function start(jobs: readonly ScheduledJob[]) {
  const clock = handClock(Date.UTC(2026, 10, 23, 0, 30));
  const log = listLog();
  const scheduler = createScheduler({
    clock,
    log,
    program: [process.execPath],
    env: {},
    directory: tmpdir(),
    tickMs: 10,
  });
  scheduler.apply(jobs);
  stops.push(() => void scheduler.stop());
  const said = () => log.lines.map(({ facts, message }) => `${(facts as { job: string }).job}: ${message}`);
  const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
  return { clock, log, scheduler, said, until };
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, 100));

describe('jobs with a schedule', () => {
  test('run when it is time, and only then', async () => {
    const { clock, said, until } = start([job('a', '')]);
    await quiet();
    expect(said()).toEqual([]);
    clock.advance(HOUR_MS / 2);
    await until(() => expect(said()).toEqual(['a: begins', 'a: is done']));
    clock.advance(HOUR_MS);
    await until(() => expect(said()).toHaveLength(4));
  });

  test('run one after another', async () => {
    const { clock, said, until } = start([job('a', ''), job('b', '')]);
    clock.advance(HOUR_MS);
    await until(() => expect(said()).toEqual(['a: begins', 'a: is done', 'b: begins', 'b: is done']));
  });

  test('that fail are told with their exit code and last words', async () => {
    const { clock, log, until } = start([job('a', 'console.error("no room"); process.exit(12)')]);
    clock.advance(HOUR_MS);
    await until(() =>
      expect(log.lines.at(-1)).toMatchObject({
        level: 'warn',
        facts: { job: 'a', exitCode: 12 },
        message: 'a ended with exit code 12: no room',
      }),
    );
  });

  test('that cannot be started do not keep others from their turn', async () => {
    const endless = { ...job('a', ''), args: ['-e', 'x'.repeat(1 << 20)] };
    const { clock, said, until } = start([endless, job('b', '')]);
    clock.advance(HOUR_MS);
    await until(() => expect(said().at(-1)).toBe('b: is done'));
    expect(said()[1]).toContain('a: a cannot be started: spawn E2BIG');
  });

  test('that are still under way are not begun again', async () => {
    const { clock, said, until, scheduler } = start([job('a', 'setTimeout(() => {}, 60_000)')]);
    clock.advance(HOUR_MS);
    await until(() => expect(said()).toEqual(['a: begins']));
    clock.advance(HOUR_MS);
    await until(() => expect(said()[1]).toContain('still under way: left out'));
    await scheduler.stop();
  });

  test('that are told to end have longer than their own programs have', async () => {
    const root = mkdtempSync(join(tmpdir(), 'pgvigil-test-schedule-'));
    stops.push(() => rmSync(root, { recursive: true }));
    const [ready, cleaned] = [join(root, 'ready'), join(root, 'cleaned')];
    const write = (path: string) => `require('node:fs').writeFileSync(${JSON.stringify(path)}, '')`;
    const cleaning = `process.once('SIGTERM', () => setTimeout(() => { ${write(cleaned)}; process.exit() }, 8_000))`;
    const { clock, scheduler, until } = start([
      job('a', `${cleaning}; ${write(ready)}; setInterval(() => {}, 1_000)`),
    ]);
    clock.advance(HOUR_MS);
    await until(() => expect(existsSync(ready)).toBe(true));
    await scheduler.stop();
    expect(existsSync(cleaned)).toBe(true);
  }, 60_000);

  test('that are due stay due when the configuration is read again; others wait for their time', async () => {
    const jobs = [job('a', '')];
    const { clock, said, scheduler, until } = start(jobs);
    clock.advance(HOUR_MS);
    scheduler.apply([...jobs, job('b', '')]);
    await until(() => expect(said()).toEqual(['a: begins', 'a: is done']));
    scheduler.apply([]);
    clock.advance(24 * HOUR_MS);
    await quiet();
    expect(said()).toHaveLength(2);
  });

  test('are planned anew when the clock is set back', async () => {
    const { clock, said, until } = start([job('a', '')]);
    clock.advance(-48 * HOUR_MS);
    await quiet();
    expect(said()).toEqual([]);
    clock.advance(HOUR_MS);
    await until(() => expect(said()).toHaveLength(2));
  });
});

test('backups with a schedule are jobs', () => {
  const parsed = parseText(
    'servers: [{ name: main, url: postgres://me@db }]\nbackups:\n' +
      '  - { name: a, kind: pgvigil, directory: /a, schedule: "15 2 * * *", time_zone: Europe/Berlin, deadline: 1h }\n' +
      '  - { name: b, kind: pgvigil, directory: /b }\n  - { name: c, kind: barman }\n',
  );
  expect(parsed.ok && backupJobs(parsed.config)).toEqual([
    {
      name: 'backup a',
      schedule: { cron: '15 2 * * *', timeZone: 'Europe/Berlin' },
      args: ['backup', '--source', 'a'],
      deadlineMs: 24 * HOUR_MS,
    },
  ]);
});

test.each([
  // Five dumps and the globals.
  ['databases: [a, b, c, d, e], deadline: 6h', 36],
  ['databases: [a, b, c, d, e], deadline: 6h, physical: true', 42],
  ['databases: [a], deadline: 6h, offsite: { rclone: { remote: "r2:b" } }', 24],
  ['deadline: 6h', 24],
  ['deadline: 7d', 14 * 24],
])('a run of %s has %s hours', (keys, hours) => {
  const parsed = parseText(
    `servers: [{ name: main, url: postgres://me@db }]\nbackups: [{ kind: pgvigil, directory: /a, schedule: "@daily", ${keys} }]\n`,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(backupJobs(parsed.config).map(({ deadlineMs }) => deadlineMs / HOUR_MS)).toEqual([hours]);
});

describe('a schedule', () => {
  const at = (text: string): number => Date.parse(text);
  test.each([
    ['15 2 * * *', 'UTC', '2026-11-27T02:15:00Z', '2026-11-28T02:15:00Z'],
    ['15 2 * * *', 'Europe/Berlin', '2026-11-27T00:00:00Z', '2026-11-27T01:15:00Z'],
    // 02:15 does not exist on this day: clocks go from 2 to 3, and it runs at 3.
    ['15 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'],
    ['@weekly', 'UTC', '2026-11-27T00:00:00Z', '2026-11-29T00:00:00Z'],
  ])('%s in %s after %s', (cron, timeZone, after, next) => {
    expect(new Date(nextRun({ cron, timeZone }, at(after)) ?? 0).toISOString()).toBe(
      new Date(next).toISOString(),
    );
  });
});
