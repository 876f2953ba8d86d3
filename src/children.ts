import type { LookupFunction } from 'node:net';
import { fileURLToPath } from 'node:url';
import { backupDisks } from './disposable/backup-disk.ts';
import { diskCalls } from './disposable/disk-calls.ts';
import { createNames } from './disposable/names.ts';
import { createDisposable } from './disposable/parent.ts';
import { secretFile } from './disposable/secret-file.ts';
import { stateFiles } from './disposable/state-files.ts';
import type { Log } from './model/log.ts';
import type { Clock } from './model/time.ts';
import type { BackupDisk } from './observe/backups/disk.ts';
import type { DiskCalls } from './observe/disk/calls.ts';
import { createLookup } from './observe/lookup.ts';
import type { StateFiles } from './remember/files.ts';

/** Everything that may hang in the kernel or in the C library, each by a process of its own: none holds up another. */
export interface Children {
  readonly diskCalls: DiskCalls;
  /** By the place where the backups are. */
  readonly backupDisk: (place: string) => BackupDisk;
  readonly filesIn: (directory: string) => StateFiles;
  /** What the package manager of the machine wrote down. */
  readonly systemLog: StateFiles;
  readonly lookup: LookupFunction;
  /** The text of a file that holds a secret; rejects with an error that has an errno `code`. */
  readonly secretFile: (path: string) => Promise<string>;
  readonly stop: () => void;
}

/** The programs of the processes, compiled, and what the C library's resolver reads there. */
export interface ChildPrograms {
  readonly disk: string;
  readonly names: string;
  readonly resolverEnvironment: Readonly<Record<string, string>>;
}

/** A child that is not needed for so long is let go. */
const IDLE_MS = 5_000;
const SYSTEM_LOG = '/var/log';
/** Helpers of one kind that may be stuck at the same time. */
const MAX_ABANDONED = 3;
/** A directory with many backups on a slow disk. */
const BACKUPS_DEADLINE_MS = 30_000;
const SECRET_DEADLINE_MS = 2_000;

/** Takes the environment of this process and gives the programs that are part of pgvigil. */
export function childPrograms(env: Readonly<Record<string, string | undefined>>): ChildPrograms {
  const { RES_OPTIONS, LOCALDOMAIN } = env;
  return {
    disk: fileURLToPath(new URL('./disposable/child.js', import.meta.url)),
    names: fileURLToPath(new URL('./disposable/names-child.js', import.meta.url)),
    // All that glibc has (resolv.conf(5)).
    resolverEnvironment: {
      ...(RES_OPTIONS !== undefined && { RES_OPTIONS }),
      ...(LOCALDOMAIN !== undefined && { LOCALDOMAIN }),
    },
  };
}

/** Nothing is started before it is needed. */
export function createChildren(
  programs: ChildPrograms,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Children {
  const all = { modulePath: programs.disk, maxAbandoned: MAX_ABANDONED, clock, log };
  const disk = createDisposable(all);
  const state = createDisposable({ ...all, idleExitMs: IDLE_MS });
  const systemLog = createDisposable({ ...all, idleExitMs: IDLE_MS });
  // Each place of backups holds at most one that is stuck.
  const maxAbandoned = Number.POSITIVE_INFINITY;
  const backups = createDisposable({ ...all, maxAbandoned, idleExitMs: IDLE_MS });
  const secrets = createDisposable({ ...all, idleExitMs: IDLE_MS });
  const names = createNames({ modulePath: programs.names, environment: programs.resolverEnvironment, log });
  return {
    diskCalls: diskCalls(disk),
    backupDisk: backupDisks(backups, BACKUPS_DEADLINE_MS),
    filesIn: (directory) => stateFiles(state, directory),
    systemLog: stateFiles(systemLog, SYSTEM_LOG),
    lookup: createLookup(names.lookup),
    secretFile: secretFile(secrets, SECRET_DEADLINE_MS),
    stop() {
      for (const child of [disk, state, systemLog, backups, secrets, names]) child.stop();
    },
  };
}
