import type { Log } from '../../model/log.ts';
import type { PushOutcome } from '../../model/report.ts';
import type { Clock } from '../../model/time.ts';
import { type Batch, bodyOf, hasEnded } from './batch.ts';
import { aheadOf, outcomeOf, reasonOf } from './judge.ts';
import type { Answer } from './post.ts';

/** What one Alertmanager is told with. */
export interface MemberDeps {
  readonly url: string;
  /** Never rejects, and ends in bounded time. */
  readonly send: (body: string, signal: AbortSignal) => Promise<Answer>;
  /** What is to be told now; `undefined` while nobody knows. */
  readonly batch: () => Batch | undefined;
  readonly judged: (outcome: PushOutcome) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** One Alertmanager, told independently of all others. */
export interface Member {
  /** Looks at the batch: what is new in it is told at once, what has ended is not told any more. */
  look(): void;
  stop(): void;
}

/** Four pushes fit into the life of an alert, so that a lost one, or two, end nothing. */
const AGAIN_MS = 10_000;
/** While nothing fires, an empty push tries the way, so that it is not tried for the first time in an emergency. */
const TRY_MS = 60_000;
/** Evidence comes in piece by piece, tick by tick. */
const GAP_MS = 500;
/** A date in HTTP has whole seconds. */
const SKEW_CHANGE_MS = 2000;
const BACK_OFF_MS = [250, 500, 1000, 2000, 5000];

/** Tells one Alertmanager, until it is stopped. */
export function createMember({ url, send, batch, judged, clock, log }: MemberDeps): Member {
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let stopped = false;
  let inFlight: { readonly batch: Batch; readonly cancel: AbortController } | undefined;
  /** What was tried last; nothing yet, or it has to be told again. */
  let tried: string | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let aheadMs = 0;
  let well: boolean | undefined;

  function schedule(atMs: number): void {
    clearTimeout(timer);
    dueAtMs = atMs;
    timer = setTimeout(() => void push(), Math.max(0, atMs - clock.monotonic()));
  }

  async function push(): Promise<void> {
    const now = batch();
    if (now === undefined) {
      schedule(clock.monotonic() + AGAIN_MS);
      return;
    }
    const cancel = new AbortController();
    inFlight = { batch: now, cancel };
    dueAtMs = Number.POSITIVE_INFINITY;
    triedAtMs = clock.monotonic();
    const answer = await send(bodyOf(now, clock.now() + aheadMs, aheadMs), cancel.signal);
    inFlight = undefined;
    if (stopped) return;
    if (cancel.signal.aborted) tried = undefined;
    else heard(answer, now);
    look();
  }

  function heard(answer: Answer, about: Batch): void {
    const outcome = outcomeOf(answer);
    judged(outcome);
    tell(outcome, answer);
    tried = about.fingerprint;
    failures = outcome === 'failed' ? failures + 1 : 0;
    const often = about.alerts.length > 0 ? AGAIN_MS : TRY_MS;
    const backOff = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length) - 1];
    schedule(clock.monotonic() + (backOff ?? often));
    if (answer.answered) synchronise(aheadOf(answer, clock.now()), about);
  }

  /** By a clock that is late an alert of ours would begin in the future, by one that is early it would be over. */
  function synchronise(measuredMs: number, about: Batch): void {
    if (Math.abs(measuredMs - aheadMs) <= SKEW_CHANGE_MS) return;
    aheadMs = measuredMs;
    const seconds = Math.round(aheadMs / 1000);
    if (seconds !== 0)
      log.warn({ alertmanager: url, seconds }, 'its clock differs from ours: alerts are dated by its own');
    if (about.alerts.length > 0) tried = undefined;
  }

  function tell(outcome: PushOutcome, answer: Answer): void {
    const before = well;
    well = outcome === 'delivered';
    if (well === before) return;
    if (well) log.info({ alertmanager: url }, 'alerts can be pushed to this Alertmanager');
    else
      log.warn(
        { alertmanager: url, outcome },
        `alerts cannot be pushed to this Alertmanager: ${reasonOf(answer)}`,
      );
  }

  function look(): void {
    if (stopped) return;
    const now = batch();
    if (inFlight) {
      if (hasEnded(inFlight.batch, now)) inFlight.cancel.abort();
      return;
    }
    if (now === undefined) return;
    const isNew = tried === undefined || (now.alerts.length > 0 && now.fingerprint !== tried);
    const atMs = Math.max(clock.monotonic(), triedAtMs + GAP_MS);
    if (isNew && atMs < dueAtMs) schedule(atMs);
  }

  return {
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
      inFlight?.cancel.abort();
    },
  };
}
