import type { ServerConfig } from '../../model/config.ts';
import type { ContainerFacts } from '../../model/docker.ts';

/** What was looked at on this machine, before anything is decided. */
export interface Looked {
  /** The servers of PGVIGIL_URL, with the credentials in it. */
  readonly named: readonly ServerConfig[];
  /** Containers with PostgreSQL, inspected. */
  readonly containers: readonly ContainerFacts[];
  readonly local: readonly LocalServer[];
}

/** A server that answers on this machine, outside of what is known of Docker. */
export interface LocalServer {
  /** An address, or a directory with a unix socket where no address answers. */
  readonly host: string;
  readonly port: number;
  /** Directory of its unix socket, if it has one in a usual place. */
  readonly socketDirectory: string | undefined;
}

/** A server that will be watched. */
export interface FoundServer {
  /** Label `server`. */
  readonly name: string;
  readonly from: 'named' | 'container' | 'local';
  /** How this machine reaches it. */
  readonly host: string;
  readonly port: number;
  /** Databases to page about. */
  readonly expect: readonly string[];
  readonly container: FoundContainer | undefined;
  /** With which to look now; `undefined`: as the role that is still to be made. */
  readonly login: ServerConfig | undefined;
  readonly socketDirectory: string | undefined;
}

export interface FoundContainer {
  readonly name: string;
  readonly image: string;
  /** On which it listens inside. */
  readonly port: number;
  /** A network that others may join; `undefined`: none with names. */
  readonly network: string | undefined;
  readonly published: 'everywhere' | 'loopback' | 'nowhere';
}

/** Something that looked like a server and is not watched. */
export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

/** What Docker says. */
export type DockerFound =
  | { readonly kind: 'answers'; readonly host: string; readonly rootDirectory: string }
  /** No engine here: it is turned off in what is written. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'off' }
  | { readonly kind: 'unseen'; readonly host: string; readonly why: string };
