import type { Path, Problem } from './problem.ts';

/** Where something was written; `path` only where it has another name there, as a variable has. */
export type Place = Pick<Problem, 'file' | 'line' | 'column'> & { readonly path?: string };

/** Configuration as plain data, before any check, and where each part of it was written. */
export interface Source {
  readonly value: unknown;
  /** Relative paths in it count from here. */
  readonly directory: string;
  /** Takes the place of the url of the first server. */
  readonly url: string | undefined;
  readonly locate: (path: Path, at: 'key' | 'value') => Place;
  /** Whether an unknown key may be repeated in a message without risk of repeating a piece of a secret. */
  readonly isPlainKey: (path: Path) => boolean;
  /** What was wrong before its values were looked at. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What the outside world gives a configuration. */
export interface ParseDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a file that the configuration names; throws an error with an errno `code`. */
  readonly readFile: (path: string) => string;
  /** Permission bits of a file; without it, no password file is refused for being open to everybody. */
  readonly fileMode?: (path: string) => number | undefined;
}

/** A configuration with what a person should know about it, or everything that is wrong. */
export type ParsedConfig<Value> =
  | { readonly ok: true; readonly config: Value; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };
