import type { ConnectReason } from './reason.ts';

export const SERVER_STATES = [
  'up',
  'starting',
  'stopping',
  'saturated',
  'hung',
  'down',
  'unreachable',
  'blind',
] as const;
export type ServerState = (typeof SERVER_STATES)[number];

/**
 * `present`: verified there. `missing`: verified gone. `unreadable`: the name is there, its data is not
 * (files deleted, interrupted DROP). `unknown`: could not be verified, which is never the same as gone.
 */
export type Presence = 'present' | 'missing' | 'unreadable' | 'unknown';

export interface VerifiedDatabase {
  readonly presence: Presence;
  readonly oid: number | undefined;
  /** A connection entered it, or its size was read: it is more than a row. */
  readonly proven: boolean;
  /** Why it is not `present`, one line for a person. */
  readonly why: string | undefined;
}

/** What can be said of a server when all looks at it are laid side by side. */
export interface VerifiedServer {
  /** `undefined`: not looked yet. */
  readonly state: ServerState | undefined;
  readonly reason: ConnectReason | undefined;
  /** One line for a person. */
  readonly detail: string | undefined;
  readonly up: boolean | undefined;
  /** Identity of the cluster that answers now; `undefined` where it cannot be read. */
  readonly systemIdentifier: string | undefined;
  /** Every database with a row of its own or a probe of its own; templates included. */
  readonly databases: ReadonlyMap<string, VerifiedDatabase>;
  /** What it means for a name not to be in `databases`. */
  readonly others: { readonly presence: 'missing' | 'unknown'; readonly why: string };
  /** The list of databases is verified now. */
  readonly catalogVerified: boolean;
}
