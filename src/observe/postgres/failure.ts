import { type Classified, type ClassifyContext, classify } from './classify.ts';
import { serverErrorOf } from './error-shape.ts';

/** A connection or a query failed. Prints as its classified detail; the raw error stays inside. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  readonly #error: unknown;
  readonly #context: ClassifyContext;

  constructor(error: unknown, context: ClassifyContext) {
    super(classify(error, context).detail);
    this.#error = error;
    this.#context = context;
  }

  /** SQLSTATE, or that of the notice that came before the end; `undefined` when the server said nothing. */
  get sqlstate(): string | undefined {
    return serverErrorOf(this.#error)?.code || this.#context.notice;
  }

  /** We did not try, because earlier handshakes are unanswered. */
  get withheld(): boolean {
    return this.#context.withheld;
  }

  /** Reason and detail, with what the caller knows beside the wire. */
  explain(hints: Pick<ClassifyContext, 'row' | 'stopping'> = {}): Classified {
    return classify(this.#error, { ...this.#context, ...hints });
  }
}

/** The other side answered with rows that make no sense: not a PostgreSQL we know. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

/** Reason and detail of everything a look may throw; a bug in our own code is thrown on. */
export function explainFailure(
  error: unknown,
  hints: Pick<ClassifyContext, 'row' | 'stopping'> = {},
): Classified {
  if (error instanceof ConnectFailure) return error.explain(hints);
  if (error instanceof RowError) return { reason: 'other', detail: error.message };
  throw error;
}
