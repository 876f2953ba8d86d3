/** Something answered that does not speak the Docker API: a web page, a cut body, another service. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** A call to the engine failed; `cause` says why, `what` which one. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly what: string;

  constructor(what: string, cause: unknown) {
    super(`${what} failed`, { cause });
    this.what = what;
  }
}
