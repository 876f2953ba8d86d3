/**
 * `deadline`: no answer in time; `stuck`: an earlier one of the same place is not back; `exhausted`: too many stuck
 * helpers; `failed`: the operation said no.
 */
export type DisposableReason = 'deadline' | 'stuck' | 'exhausted' | 'failed';

/** A call to a disposable process that gave no result. */
export class DisposableError extends Error {
  override readonly name = 'DisposableError';
  readonly reason: DisposableReason;
  /** Errno of the operation, for example `ENOSPC`. */
  readonly code: string | undefined;
  /** Only with `deadline`: settles when the abandoned process is gone at last, which is the sign of recovery. */
  readonly released: Promise<void> | undefined;

  constructor(
    reason: DisposableReason,
    message: string,
    more: { readonly code?: string | undefined; readonly released?: Promise<void> } = {},
  ) {
    super(message);
    this.reason = reason;
    this.code = more.code;
    this.released = more.released;
  }
}
