import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LoadedWebFile } from './config/load-web-file.ts';
import { formatProblem } from './config/problem.ts';
import type { Log } from './model/log.ts';
import type { WebFileVerdict } from './model/report.ts';
import type { WebAccess } from './model/web-access.ts';
import type { Reloaded } from './reload.ts';

/** What `--web.config.file` says, kept in force. */
export interface AccessKeeper {
  /** Begins to look whether a file has changed. */
  start(): void;
  stop(): void;
  /** Reads the files now. What cannot be used changes nothing; why is the message. */
  reload(): Promise<Reloaded>;
  verdict(): WebFileVerdict;
}

/** A web file that can be used, and how to read it again. */
export interface WebFile {
  readonly first: LoadedWebFile & { readonly ok: true };
  readonly load: () => LoadedWebFile;
  readonly workingDirectory: string;
}

export interface AccessDeps extends Omit<WebFile, 'first'> {
  readonly apply: (access: WebAccess) => Promise<void>;
  readonly log: Log;
  /** Default 5 s: a certificate is renewed once in weeks, a name taken away by hand. */
  readonly everyMs?: number;
}

/** Keeps to what was loaded first until something better is found. */
export function createAccessKeeper(
  first: LoadedWebFile & { readonly ok: true },
  deps: AccessDeps,
): AccessKeeper {
  const { log, everyMs = 5000 } = deps;
  let inForce = first.config;
  let read: LoadedWebFile['read'] = first.read;
  let error: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let turn: Promise<Reloaded> = Promise.resolve({ ok: true, message: '' });

  /** In the words of a person; what is in force stays. */
  function refuse(why: string, message: string): Reloaded {
    error = message;
    log.error({}, `${why}: ${message}`);
    return { ok: false, message };
  }

  async function readAndApply(): Promise<Reloaded> {
    const loaded = deps.load();
    read = loaded.read;
    if (!loaded.ok)
      return refuse(
        'the web file is not used, the last good one stays',
        loaded.problems.map(formatProblem).join('\n'),
      );
    for (const warning of loaded.warnings) log.warn({}, formatProblem(warning));
    try {
      await deps.apply(loaded.config);
    } catch (failure) {
      // Tried again at the next look.
      read = [];
      return refuse('the web server could not be opened anew', String(failure));
    }
    inForce = loaded.config;
    error = undefined;
    log.info({ users: inForce.users.size, tls: inForce.tls !== undefined }, 'the web file was reloaded');
    return { ok: true, message: 'the web file was reloaded' };
  }

  /** One after the other: a person may ask for it while a change is being taken. */
  function reload(): Promise<Reloaded> {
    turn = turn.then(readAndApply, readAndApply);
    return turn;
  }

  /** Read beside the event loop first: only a disk that has just answered is waited for. One look at a time. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      if (await hasChanged(read, deps.workingDirectory)) await reload();
    } finally {
      looking = false;
    }
  }

  return {
    start() {
      timer = setInterval(() => void look(), everyMs).unref();
    },
    stop: () => clearInterval(timer),
    reload,
    verdict: () => ({ successful: error === undefined, error, certificateExpiresAt: inForce.tls?.expiresAt }),
  };
}

async function hasChanged(read: LoadedWebFile['read'], directory: string): Promise<boolean> {
  if (read.length === 0) return true;
  for (const { path, text } of read) {
    const now = await readFile(resolve(directory, path), 'utf8').catch(() => undefined);
    if (now !== text) return true;
  }
  return false;
}
