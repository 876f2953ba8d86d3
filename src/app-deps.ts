import type { WebFile } from './access.ts';
import type { ChildPrograms } from './children.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './model/config.ts';
import type { Log } from './model/log.ts';
import type { Clock } from './model/time.ts';
import type { Reloaded } from './reload.ts';

/** What `serve` hands in: the outside world, and nothing else. */
export interface AppDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Reads the configuration again, for a reload. */
  readonly reloadConfig: () => Promise<LoadedConfig>;
  /** What `--web.config.file` says at the start; `undefined`: there is none, and everybody may read. */
  readonly webFile: WebFile | undefined;
  readonly childPrograms: ChildPrograms;
  /** Compiled module of the thread that compares passwords. */
  readonly hashWorkerPath: string;
  /** Compiled module of the thread that notices when the event loop stands still. */
  readonly watchdogThreadPath: string;
  /** Runs what has a schedule. */
  readonly scheduler: { readonly apply: (config: Config) => void; readonly stop: () => void };
  /** Other servers are watched from now on: what is secret of them is never logged. */
  readonly inForce?: (config: Config) => void;
  /** Something that must not happen has happened: the process has to end. */
  readonly fatal: (error: unknown) => void;
}

export interface App {
  /** Resolves with the address of the page once it is served. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  stop(): Promise<void>;
  reload(): Promise<Reloaded>;
}
