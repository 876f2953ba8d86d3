import type { LookupAddress, LookupOptions } from 'node:dns';

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

/** What the process for names is asked, any number at a time. */
export interface NameQuestion {
  readonly id: number;
  readonly hostname: string;
  readonly options: Pick<LookupOptions, 'family' | 'hints' | 'all'>;
}

/** As the callback of `dns.lookup` has it. */
export interface NameAnswer {
  readonly id: number;
  readonly error: { readonly code: string | undefined; readonly message: string } | undefined;
  readonly address: string | LookupAddress[];
  readonly family: number | undefined;
}
