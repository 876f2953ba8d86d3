import type { PushOutcome } from '../../model/report.ts';
import { type Answer, DEADLINE_MS } from './post.ts';

/** Not well rather than unwilling, though below 500 (RFC 9110, RFC 6585). */
const TRY_AGAIN = [408, 425, 429];

/** Takes an answer and gives what became of the push. */
export function outcomeOf(answer: Answer): PushOutcome {
  if (!answer.answered || answer.status >= 500 || TRY_AGAIN.includes(answer.status)) return 'failed';
  return answer.status >= 200 && answer.status < 300 ? 'delivered' : 'rejected';
}

const CODES: Readonly<Record<string, string>> = {
  timeout: `it does not answer within ${DEADLINE_MS / 1000} s`,
  ECONNREFUSED: 'nothing listens there: is Alertmanager up, and the port right?',
  ENOTFOUND: 'its name is not known: check alertmanager.urls',
  EAI_AGAIN: 'its name cannot be resolved now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted: name the right ca_file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted: name the right ca_file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted: name the right ca_file',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

const STATUSES: Readonly<Record<number, string>> = {
  401: 'it wants another user or password: check alertmanager.basic_auth',
  403: 'it does not let this user in: check alertmanager.basic_auth',
  404: 'no Alertmanager is at this path: check alertmanager.urls',
};

/** Takes an answer that is not well and says why in words, with what to do. */
export function reasonOf(answer: Answer): string {
  if (!answer.answered) return CODES[answer.code] ?? `it cannot be reached (${answer.code})`;
  return STATUSES[answer.status] ?? `it answers with HTTP status ${answer.status}`;
}

/** Two clocks that are well differ by less, and a date in HTTP has whole seconds. */
const TOLERATED_MS = 3000;

/** How far the clock of whoever answered is ahead; 0 where it is right, or not told. */
export function aheadOf(answer: Answer, nowMs: number): number {
  const date = answer.answered && answer.date !== undefined ? Date.parse(answer.date) : Number.NaN;
  const aheadMs = date + 500 - nowMs;
  return Math.abs(aheadMs) > TOLERATED_MS ? aheadMs : 0;
}
