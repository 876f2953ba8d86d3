/** The deadline of an operation passed before it settled. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly afterMs: number;

  constructor(what: string, afterMs: number) {
    super(`${what} did not finish within ${afterMs} ms`);
    this.afterMs = afterMs;
  }
}

/**
 * Settles as `promise` does, or rejects with a `DeadlineError` after `ms`. The operation itself goes on:
 * the caller destroys what it holds. A late rejection of `promise` is swallowed.
 */
export function withDeadline<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
