/** What the keeper of a throw-away server is told, as one line of JSON. */
export interface KeeperOrder {
  /** Does not exist yet. */
  readonly directory: string;
  /** Programs with their arguments, but for the data directory. */
  readonly initdb: readonly string[];
  readonly postgres: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly identity?: { readonly uid: number; readonly gid: number };
}

/** What it says: the directory of the socket once the server takes connections, or why there is none. */
export type KeeperWord = { readonly ready: string } | { readonly failed: string };
