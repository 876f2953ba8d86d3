import type { Secret } from './secret.ts';
import type { Instant } from './time.ts';
import type { ServerState } from './verified.ts';

/** Where the role and the password of a discovered server may come from, beside its labels. */
export const DISCOVER_CREDENTIALS = ['none', 'environment'] as const;
export type DiscoverCredentials = (typeof DISCOVER_CREDENTIALS)[number];

/**
 * How a server was found by itself, and how it was reached last: enough to go on watching it when its container is
 * gone. Kept over restarts; never holds a password.
 */
export interface Origin {
  /** What stays the same when the container is made anew: its compose service, or its name. */
  readonly key: string;
  /** Name of the container. */
  readonly container: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The maintenance database. */
  readonly database: string;
  readonly passwordFile: string | undefined;
  readonly expect: readonly string[];
  readonly learn: boolean;
  /** Regular expressions, as they were written. */
  readonly ignore: readonly string[];
}

/**
 * Whether there is something to connect to. `gone`: its container does not run, and its address may be that of
 * another one by now. `awaited`: nobody has looked yet.
 */
export type Reach = 'here' | 'gone' | 'awaited';

/** A server that is watched because its container was found. */
export interface FoundServer {
  /** Label `server`. */
  readonly name: string;
  readonly origin: Origin;
  readonly reach: Reach;
  /** Changes with every start of the container. */
  readonly started: string;
  /** From the environment of the container, where that was asked for. */
  readonly password: Secret | undefined;
}

/** What the labels of a container say; what they do not say is absent. */
export interface Steering {
  readonly watch?: boolean;
  readonly name?: string;
  readonly databases?: readonly string[];
  readonly ignore?: readonly string[];
  readonly learn?: boolean;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly database?: string;
  readonly port?: number;
  readonly host?: string;
}

/** Something about a container that a person has to know; never holds a value of its labels. */
export interface DiscoveryProblem {
  readonly container: string;
  /** The label, or empty for the container as a whole. */
  readonly label: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What is said of discovery in a report. */
export interface DiscoveryVerdict {
  /** One line for a person each. */
  readonly problems: readonly string[];
  /** Containers that `limits.servers` left out. */
  readonly leftOut: number;
}

/**
 * Whether a server that was found is only on its way up: a new container may fill its first databases for an hour, and
 * what was never up is not lost.
 */
export function isComingUp(
  discovered: object | undefined,
  lastUpAt: Instant | undefined,
  state: ServerState | undefined,
): boolean {
  return discovered !== undefined && lastUpAt === undefined && (state === 'down' || state === 'starting');
}
