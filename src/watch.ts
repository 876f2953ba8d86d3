import type { Config } from './model/config.ts';
import type { History } from './model/history.ts';
import type { Happening } from './model/journal.ts';
import type { Log } from './model/log.ts';
import type { Report } from './model/report.ts';
import type { Snapshot } from './model/snapshot.ts';
import type { Clock } from './model/time.ts';

/** The steps of a tick, handed in so that the heartbeat knows no room. */
export interface Steps {
  readonly look: (config: Config, history: History) => Snapshot;
  readonly remember: (
    config: Config,
    history: History,
    snapshot: Snapshot,
    elapsedMs: number,
  ) => { readonly history: History; readonly happenings: readonly Happening[] };
  /** Keeps what was found, so that it outlives the facts it was found from. */
  readonly record: (
    history: History,
    report: Report,
  ) => { readonly history: History; readonly happenings: readonly Happening[] };
  readonly diagnose: (
    config: Config,
    history: History,
    snapshot: Snapshot,
    sequence: number,
    before: Report | undefined,
  ) => Report;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly steps: Steps;
  readonly config: () => Config;
  readonly saved: (history: History, happenings: readonly Happening[]) => void;
  /** There is a new report, and it is remembered. */
  readonly published?: (report: Report) => void;
  /** An error in a step is a bug: the process has to end loudly. */
  readonly broken: (error: unknown) => void;
}

export interface Watch {
  start(history: History): void;
  stop(): void;
  /** Something noteworthy happened: tick at once, together with what else happens in the next moment. */
  wake(): void;
  report(): Report | undefined;
  /** Whether ticks are made when they are due, or a little later. */
  healthy(): boolean;
  history(): History;
  /** Goes on from another history, at the next tick. */
  replace(history: History): void;
  /** Changes what is remembered by a person's word, and ticks. */
  change(history: History, happening: Happening): void;
}

/** Time in which several wake-ups become one tick: a `compose down -v` is a burst of events. */
const GATHER_MS = 20;
/** A tick that is later than this does not come by itself. */
const MAX_LATE_MS = 30_000;

/** The heartbeat: look, remember, diagnose, record, publish; every `intervals.presence` and whenever it is woken. */
export function createWatch({ clock, steps, config, saved, published, broken }: WatchDeps): Watch {
  let history: History | undefined;
  let report: Report | undefined;
  let sequence = 0;
  let lastTickAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let running = false;

  function tick(): void {
    const monotonicMs = clock.monotonic();
    const elapsedMs = lastTickAt === undefined ? 0 : monotonicMs - lastTickAt;
    lastTickAt = monotonicMs;
    const now = config();
    const before = remembered();
    const snapshot = steps.look(now, before);
    const next = steps.remember(now, before, snapshot, elapsedMs);
    sequence += 1;
    report = steps.diagnose(now, next.history, snapshot, sequence, report);
    const recorded = steps.record(next.history, report);
    history = recorded.history;
    saved(history, [...next.happenings, ...recorded.happenings]);
    published?.(report);
  }

  function schedule(inMs: number): void {
    const at = clock.monotonic() + inMs;
    if (!running || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      try {
        tick();
      } catch (error) {
        broken(error);
        return;
      }
      schedule(config().intervals.presence);
    }, inMs);
  }

  function remembered(): History {
    if (history === undefined) throw new Error('the heartbeat was asked before it started');
    return history;
  }

  return {
    start(from) {
      history = from;
      running = true;
      schedule(0);
    },
    stop() {
      running = false;
      clearTimeout(timer);
    },
    wake: () => schedule(GATHER_MS),
    report: () => report,
    healthy() {
      if (report === undefined) return true;
      return clock.monotonic() - report.monotonicMs < config().intervals.presence + MAX_LATE_MS;
    },
    history: remembered,
    replace(next) {
      history = next;
      schedule(0);
    },
    change(next, happening) {
      history = next;
      saved(next, [happening]);
      schedule(0);
    },
  };
}
