/** Something answered that does not speak the Docker API: a web page, a cut body, another service. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** The engine says that there is no such container, or no such file in it. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/** Something on the way to the engine, most likely a socket proxy, does not let this endpoint pass. */
export class BarredError extends Error {
  override readonly name = 'BarredError';
  readonly status: number;

  constructor(status: number) {
    super(`refused with HTTP ${status}`);
    this.status = status;
  }
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
