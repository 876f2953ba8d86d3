import type { RestoreReason, RestoreResult } from '../../model/restore-test.ts';

/** A test has come to its end before the end of its steps; the message is one sentence without secrets. */
export class Verdict extends Error {
  override readonly name = 'Verdict';
  readonly result: Exclude<RestoreResult, 'passed'>;
  readonly reason: RestoreReason;

  constructor(result: Exclude<RestoreResult, 'passed'>, reason: RestoreReason, message: string) {
    super(message);
    this.result = result;
    this.reason = reason;
  }
}

/** The backup is at fault. */
export const failed = (reason: RestoreReason, message: string): Verdict =>
  new Verdict('failed', reason, message);

/** The surroundings are at fault, and nothing is known of the backup. */
export const inconclusive = (reason: RestoreReason, message: string): Verdict =>
  new Verdict('inconclusive', reason, message);
