import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DockerEvent } from '../../../src/model/docker.ts';
import { createEventLog } from '../../../src/observe/docker/event-log.ts';

const event = (nano: number, changes: Partial<DockerEvent> = {}): DockerEvent => ({
  at: nano,
  timeNano: String(nano),
  type: 'volume',
  action: 'destroy',
  id: 'v',
  name: 'v',
  attributes: new Map(),
  ...changes,
});

/** A log that has read the ring once and follows the stream. */
function following(...events: readonly DockerEvent[]) {
  const log = createEventLog();
  log.reconnected();
  for (const one of events) log.record(one, true);
  log.replayEnded();
  return log;
}

/** The counters that are not 0; all are there from the start. */
const counted = (log: ReturnType<typeof createEventLog>) =>
  log.view().tallies.filter(({ count }) => count > 0);

describe('event log', () => {
  test('every verb of a container and a volume is counted from 0', () => {
    const { tallies } = createEventLog().view();
    expect(tallies.map(({ type, action }) => `${type} ${action}`)).toEqual(
      expect.arrayContaining([
        'container die',
        'container oom',
        'container other',
        'volume destroy',
        'volume prune',
      ]),
    );
    expect(tallies.every(({ count }) => count === 0)).toBe(true);
  });

  test('what happened before we looked is kept as evidence and not counted', () => {
    const log = following(event(1));
    expect(log.view()).toMatchObject({ events: [event(1)], gaps: 0 });
    expect(counted(log)).toEqual([]);
  });

  test('news are counted when they concern something watched', () => {
    const log = following();
    expect(log.record(event(1), true)).toBe('news');
    expect(log.record(event(2), false)).toBe('news');
    expect(counted(log)).toEqual([{ type: 'volume', action: 'destroy', count: 1 }]);
  });

  test('verbs that are not ours are counted as other: a label has a closed set of values', () => {
    const log = following();
    log.record(event(1, { type: 'container', action: 'attach"} 1' }), true);
    expect(counted(log)).toEqual([{ type: 'container', action: 'other', count: 1 }]);
  });

  test('a replay that holds an event we know loses nothing and counts nothing twice', () => {
    const log = following(event(1), event(2));
    log.reconnected();
    expect(log.record(event(2), true)).toBe('known');
    expect(log.record(event(3), true)).toBe('news');
    log.replayEnded();
    expect(log.view().gaps).toBe(0);
    expect(log.view().events.map(({ at }) => at)).toEqual([1, 2, 3]);
    expect(counted(log)).toEqual([{ type: 'volume', action: 'destroy', count: 1 }]);
  });

  test('an empty replay after known events is a gap: the engine restarted', () => {
    const log = following(event(1));
    log.reconnected();
    log.replayEnded();
    expect(log.view().gaps).toBe(1);
  });

  test('a replay of unknown events only is a gap: the engine forgot ours', () => {
    const log = following(event(1));
    log.reconnected();
    for (let nano = 10; nano < 20; nano += 1) log.record(event(nano), true);
    log.replayEnded();
    expect(log.view().gaps).toBe(1);
  });

  test('a ring that is full of health checks is a gap too, and a thread that is one of them is none', () => {
    const log = following(event(1));
    log.record(event(2, { type: 'container', action: 'exec_start' }), true);
    log.reconnected();
    log.record(event(2, { type: 'container', action: 'exec_start' }), true);
    log.replayEnded();
    expect(log.view().gaps).toBe(0);
    log.reconnected();
    for (let nano = 10; nano < 266; nano += 1)
      log.record(event(nano, { type: 'container', action: 'exec_die' }), true);
    log.replayEnded();
    expect(log.view().gaps).toBe(1);
    expect(log.view().events).toHaveLength(1);
  });

  test('an engine that never had an event has no gap, unless its ring came back full', () => {
    const quiet = following();
    quiet.reconnected();
    quiet.replayEnded();
    expect(quiet.view().gaps).toBe(0);
    quiet.reconnected();
    for (let nano = 0; nano < 256; nano += 1) quiet.record(event(nano), true);
    quiet.replayEnded();
    expect(quiet.view().gaps).toBe(1);
  });

  test('a replay tells whether the engine went on, began anew, or may have forgotten', () => {
    const log = createEventLog();
    expect(log.reconnected()).toBeUndefined();
    log.record(event(1), true);
    expect(log.replayEnded()).toBe('first');
    log.reconnected();
    log.record(event(1), true);
    expect(log.replayEnded()).toBe('continued');
    log.reconnected();
    for (let nano = 10; nano < 266; nano += 1) log.record(event(nano), true);
    expect(log.replayEnded()).toBe('overrun');
    log.reconnected();
    log.record(event(300), true);
    expect(log.replayEnded()).toBe('emptied');
  });

  test('an engine that began anew and stays quiet began anew once', () => {
    const log = following(event(1), event(2));
    log.reconnected();
    expect(log.replayEnded()).toBe('emptied');
    for (let renewal = 0; renewal < 3; renewal += 1) {
      log.reconnected();
      expect(log.replayEnded()).toBe('first');
    }
    expect(log.view().gaps).toBe(1);
    log.record(event(3), true);
    log.reconnected();
    expect(log.replayEnded()).toBe('emptied');
    expect(log.view().gaps).toBe(2);
  });

  test('a replay that was cut short does not say that the engine began anew', () => {
    const log = following(event(1));
    log.reconnected();
    log.record(event(10), true);
    expect(log.reconnected()).toBe('overrun');
    log.record(event(10), true);
    expect(log.replayEnded()).toBe('continued');
  });

  test('the echo of a look of ours is known again, and neither kept nor counted', () => {
    const log = following();
    expect(log.record(event(1, { action: 'mount' }), true, true)).toBe('news');
    expect(log.view()).toMatchObject({ events: [], gaps: 0 });
    expect(counted(log)).toEqual([]);
    log.reconnected();
    expect(log.record(event(1, { action: 'mount' }), true)).toBe('known');
    expect(log.replayEnded()).toBe('continued');
  });

  test('a replay that was cut short does not hide the gap from the next one', () => {
    const log = following(event(1));
    log.reconnected();
    log.record(event(10), true);
    log.reconnected();
    log.record(event(10), true);
    log.replayEnded();
    expect(log.view().gaps).toBe(1);
  });

  test('the log is bounded, and what is not watched makes room first', () => {
    const log = following(event(0));
    for (let nano = 1; nano < 2000; nano += 1) log.record(event(nano), nano === 5);
    const { events } = log.view();
    expect(events).toHaveLength(300);
    expect(events.slice(0, 2).map(({ at }) => at)).toEqual([0, 5]);
    expect(events.at(-1)?.at).toBe(1999);
  });

  test('any number of replays of one ring gives the same log as reading it once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { maxLength: 200 }), fc.nat({ max: 4 }), (nanos, replays) => {
        const once = following(...nanos.map((nano) => event(nano)));
        const often = following(...nanos.map((nano) => event(nano)));
        for (let replay = 0; replay < replays; replay += 1) {
          often.reconnected();
          for (const nano of nanos) often.record(event(nano), true);
          often.replayEnded();
        }
        expect(often.view()).toEqual(once.view());
      }),
    );
  });
});
