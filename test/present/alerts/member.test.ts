import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PushOutcome } from '../../../src/model/report.ts';
import { type Batch, batchOf, LIFETIME_MS } from '../../../src/present/alerts/batch.ts';
import { createMember, type Member } from '../../../src/present/alerts/member.ts';
import { type Answer, DEADLINE_MS } from '../../../src/present/alerts/post.ts';
import { listLog } from '../../kit/list-log.ts';

const START = Date.UTC(2026, 0, 1);
const URL = 'http://am:9093';

interface Posted {
  readonly atMs: number;
  readonly names: readonly string[];
  readonly body: readonly { startsAt: string; endsAt: string; annotations: Record<string, string> }[];
}

const alert = (name: string, evidence = '') => ({
  labels: { alertname: name },
  annotations: { evidence },
  startsAt: START - 5000,
});

/** An Alertmanager that answers as told, at once or after a while, on a clock that the test moves. */
function stage() {
  const posted: Posted[] = [];
  const outcomes: PushOutcome[] = [];
  const log = listLog();
  let batch: Batch | undefined = batchOf([]);
  let answer: () => Answer = () => ({ answered: true, status: 200, date: undefined });
  let takesMs = 0;
  const member: Member = createMember({
    url: URL,
    clock: { now: Date.now, monotonic: Date.now },
    log,
    batch: () => batch,
    judged: (outcome) => outcomes.push(outcome),
    send: (text, signal) =>
      new Promise((resolve) => {
        const body = JSON.parse(text);
        posted.push({
          atMs: Date.now() - START,
          names: body.map(({ labels }: { labels: Record<string, string> }) => labels['alertname']),
          body,
        });
        if (takesMs === 0) return resolve(answer());
        const timer = setTimeout(() => resolve(answer()), takesMs);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve({ answered: false, code: 'ABORT_ERR' });
        });
      }),
  });
  return {
    posted,
    outcomes,
    log,
    member,
    answers(next: Partial<Extract<Answer, { answered: true }>> | string, ms = 0) {
      answer = () =>
        typeof next === 'string'
          ? { answered: false, code: next }
          : { answered: true, status: 200, date: undefined, ...next };
      takesMs = ms;
    },
    say(...alerts: readonly ReturnType<typeof alert>[]) {
      batch = batchOf(alerts);
      member.look();
    },
    /** No report is fresh. */
    goBlind() {
      batch = undefined;
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    /** When something was posted, in ms since the start, and what. */
    told: () => posted.map(({ atMs, names }) => `${atMs} ${names.join(' ')}`.trim()),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('one Alertmanager', () => {
  test('is tried at once and every minute while nothing fires', async () => {
    const { say, pass, told, posted, outcomes } = stage();
    say();
    await pass(125_000);
    expect(told()).toEqual(['0', '60000', '120000']);
    expect(posted.map(({ body }) => body)).toEqual([[], [], []]);
    expect(outcomes).toEqual(['delivered', 'delivered', 'delivered']);
  });

  test('is told at once what is new, and again every 10 s, with an end that lies ahead', async () => {
    const { say, pass, told, posted } = stage();
    say();
    await pass(2000);
    say(alert('A'));
    await pass(25_000);
    expect(told()).toEqual(['0', '2000 A', '12000 A', '22000 A']);
    for (const { atMs, body } of posted.slice(1)) {
      expect(body[0]?.startsAt).toBe(new Date(START - 5000).toISOString());
      expect(body[0]?.endsAt).toBe(new Date(START + atMs + LIFETIME_MS).toISOString());
    }
  });

  test('is told what comes in later, tick by tick, at most twice a second', async () => {
    const { say, pass, told } = stage();
    say();
    await pass(2000);
    for (let tick = 0; tick < 10; tick += 1) {
      say(alert('A', `evidence ${tick}`));
      await pass(100);
    }
    await pass(1000);
    expect(told()).toEqual(['0', '2000 A', '2500 A', '3000 A']);
  });

  test('is not told again by a report that says the same', async () => {
    const { say, pass, told } = stage();
    for (let tick = 0; tick < 9; tick += 1) {
      say(alert('A'));
      await pass(1000);
    }
    expect(told()).toEqual(['0 A']);
  });

  test('is never told that something is over: it is told no more', async () => {
    const { say, pass, told, posted } = stage();
    say(alert('A'), alert('B'));
    await pass(5000);
    say(alert('B'));
    await pass(10_000);
    say();
    await pass(60_000);
    expect(told().filter((line) => line.includes('A'))).toEqual(['0 A B']);
    expect(told().at(-1)).toMatch(/^\d+$/);
    for (const { atMs, body } of posted)
      for (const { endsAt } of body) expect(Date.parse(endsAt)).toBeGreaterThan(START + atMs);
  });

  test('hears no more of an alert that ends while it is being told', async () => {
    const { say, pass, told, answers, outcomes } = stage();
    answers({}, 1500);
    say(alert('A'));
    await pass(200);
    say();
    await pass(5000);
    expect(told()).toEqual(['0 A', '500']);
    expect(outcomes).toEqual(['delivered']);
  });

  test('that fails is tried again, ever less often, while the alert lives', async () => {
    const { say, pass, told, answers, outcomes } = stage();
    answers('ECONNREFUSED');
    say(alert('A'));
    await pass(20_000);
    expect(told()).toEqual(['0 A', '250 A', '750 A', '1750 A', '3750 A', '8750 A', '13750 A', '18750 A']);
    answers({});
    await pass(12_000);
    expect(outcomes.slice(-2)).toEqual(['failed', 'delivered']);
  });

  test.each([500, 502, 503, 429])('that answers %i is tried again soon', async (status) => {
    const { say, pass, told, answers, outcomes } = stage();
    answers({ status });
    say(alert('A'));
    await pass(300);
    expect(told()).toEqual(['0 A', '250 A']);
    expect(outcomes).toEqual(['failed', 'failed']);
  });

  test.each([301, 400, 401, 404])('that answers %i is not pressed: it is told as always', async (status) => {
    const { say, pass, told, answers, outcomes } = stage();
    answers({ status });
    say(alert('A'));
    await pass(15_000);
    expect(told()).toEqual(['0 A', '10000 A']);
    expect(outcomes).toEqual(['rejected', 'rejected']);
  });

  test('that hangs hears of what is new right after the deadline', async () => {
    const { say, pass, told, answers } = stage();
    answers('timeout', DEADLINE_MS);
    say(alert('A'));
    await pass(500);
    answers({});
    say(alert('A'), alert('B'));
    await pass(3000);
    expect(told()).toEqual(['0 A', '2001 A B']);
  });

  test('is told nothing while no report is fresh', async () => {
    const { say, goBlind, pass, told } = stage();
    say(alert('A'));
    await pass(1000);
    goBlind();
    await pass(60_000);
    expect(told()).toEqual(['0 A']);
    say(alert('A'));
    await pass(10_000);
    expect(told()).toHaveLength(2);
  });

  test('is logged when it fails and when it works again, and not in between', async () => {
    const { say, pass, answers, log } = stage();
    answers('ECONNREFUSED');
    say(alert('A'));
    await pass(30_000);
    answers({});
    await pass(60_000);
    answers({ status: 401 });
    await pass(60_000);
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn alerts cannot be pushed to this Alertmanager: nothing listens there: is Alertmanager up, and the port right?',
      'info alerts can be pushed to this Alertmanager',
      'warn alerts cannot be pushed to this Alertmanager: it wants another user or password: check alertmanager.basic_auth',
    ]);
  });

  test.each([-3600, 3600])('whose clock is %i s ahead is told the time by its own clock', async (seconds) => {
    const { say, pass, posted, answers, log } = stage();
    const date = () => new Date(Date.now() + seconds * 1000).toUTCString();
    answers({ date: date() });
    say();
    await pass(1000);
    say(alert('A'));
    await pass(1000);
    const { body, atMs } = posted[1] ?? { body: [], atMs: 0 };
    expect(
      Math.abs(Date.parse(body[0]?.endsAt ?? '') - (START + atMs + seconds * 1000 + LIFETIME_MS)),
    ).toBeLessThan(2000);
    expect(Date.parse(body[0]?.startsAt ?? '')).toBeLessThan(Date.parse(body[0]?.endsAt ?? ''));
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('that is stopped is told nothing any more', async () => {
    const { say, pass, told, member, answers } = stage();
    answers({}, 1000);
    say(alert('A'));
    await pass(1);
    member.stop();
    say(alert('A'), alert('B'));
    await pass(60_000);
    expect(told()).toEqual(['0 A']);
  });
});
