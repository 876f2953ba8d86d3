/** What the parent sends: one at a time. */
export interface Request {
  readonly op: string;
  readonly args: object;
}

/** What the child sends: `ready` once, then one answer to each request. */
export type Reply =
  | { readonly type: 'ready' }
  /** `last`: the child leaves after this answer, to give back the memory the operation took. */
  | { readonly type: 'result'; readonly value: unknown; readonly last: boolean }
  | { readonly type: 'error'; readonly message: string; readonly code: string | undefined };
