import type { Alert } from './payload.ts';

/** What is to be told now: the same for every Alertmanager. */
export interface Batch {
  readonly alerts: readonly Alert[];
  /** One for each set of labels. */
  readonly identities: ReadonlySet<string>;
  /** Equal where nothing of the alerts differs. */
  readonly fingerprint: string;
}

/** Takes alerts, each with labels of its own, and gives the batch of them. */
export function batchOf(alerts: readonly Alert[]): Batch {
  return {
    alerts,
    identities: new Set(alerts.map(({ labels }) => JSON.stringify(labels))),
    fingerprint: JSON.stringify(alerts),
  };
}

/** Whether something in a batch is not told any more in the next one. */
export function hasEnded(before: Batch, next: Batch | undefined): boolean {
  return [...before.identities].some((identity) => !next?.identities.has(identity));
}

/**
 * The end of an alert that nobody sends again. Long enough that three pushes in a row can be lost, or pgvigil
 * be exchanged for a new version; short enough that a watcher that died keeps nobody awake.
 */
export const LIFETIME_MS = 45_000;

/**
 * The body of a push, as Alertmanager (API v2) reads it at `nowMs` of its own clock. An end that lies ahead only
 * ever grows: an end that Prometheus gave and that is later stays (types.Alert.Merge), so neither shortens the other.
 */
export function bodyOf({ alerts }: Batch, nowMs: number, aheadMs: number): string {
  return JSON.stringify(
    alerts.map(({ labels, annotations, startsAt }) => ({
      labels,
      annotations,
      startsAt: new Date(Math.min(startsAt + aheadMs, nowMs)).toISOString(),
      endsAt: new Date(nowMs + LIFETIME_MS).toISOString(),
    })),
  );
}
