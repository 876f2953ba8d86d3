import type { LookupFunction } from 'node:net';
import type { AlertmanagerConfig } from '../../model/config.ts';
import type { Log } from '../../model/log.ts';
import { PUSH_OUTCOMES, type PushOutcome, type Report } from '../../model/report.ts';
import type { Clock } from '../../model/time.ts';
import { type Batch, batchOf } from './batch.ts';
import { createMember, type Member } from './member.ts';
import { alertsOf } from './payload.ts';
import { post } from './post.ts';
import { toldOf } from './told.ts';

/** Pushes firing alerts to all members of Alertmanager, and never the end of one: Prometheus owns that. */
export interface Pusher {
  /** From now on tells these Alertmanagers, with these settings. */
  apply(config: AlertmanagerConfig): void;
  /** There is a new report. */
  publish(report: Report): void;
  outcomes(): Readonly<Record<PushOutcome, number>>;
  /** Ends every push at once; what was told lives on as long as it was told to. */
  stop(): void;
}

export interface PusherDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Finds the addresses of host names. */
  readonly lookup: LookupFunction;
  /** An older report is none: a watcher that does not look has nothing to tell. */
  readonly maxReportAgeMs: () => number;
}

/** A pusher that tells nobody until it is given a configuration. */
export function createPusher({ clock, log, lookup, maxReportAgeMs }: PusherDeps): Pusher {
  const counts = Object.fromEntries(PUSH_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    PushOutcome,
    number
  >;
  let config: AlertmanagerConfig | undefined;
  let members: readonly Member[] = [];
  let report: Report | undefined;
  let batch: Batch | undefined;
  let told: ReadonlySet<string> = new Set();

  function renew(): void {
    if (config === undefined || report === undefined || members.length === 0) return;
    const now = toldOf(report, told);
    told = new Set(now.map(({ key }) => key));
    batch = batchOf(alertsOf(now, report, config));
    for (const member of members) member.look();
  }

  function fresh(): Batch | undefined {
    const isFresh = report !== undefined && clock.monotonic() - report.monotonicMs <= maxReportAgeMs();
    return isFresh ? batch : undefined;
  }

  function stopAll(): void {
    for (const member of members) member.stop();
    members = [];
  }

  return {
    apply(next) {
      stopAll();
      config = next;
      const authorization = authorizationOf(next);
      members = next.urls.map((url) =>
        createMember({
          url,
          send: (body, signal) => post({ url, body, authorization, ca: next.ca, lookup }, signal),
          batch: fresh,
          judged: (outcome) => {
            counts[outcome] += 1;
          },
          clock,
          log,
        }),
      );
      renew();
    },
    publish(next) {
      report = next;
      renew();
    },
    outcomes: () => ({ ...counts }),
    stop: stopAll,
  };
}

function authorizationOf({ basicAuth }: AlertmanagerConfig): string | undefined {
  if (basicAuth === undefined) return undefined;
  const login = `${basicAuth.username}:${basicAuth.password.reveal()}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
