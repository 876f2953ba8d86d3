import { randomBytes } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../model/time.ts';
import { LOCK_FILE, LOCK_SILENT_MS } from '../../observe/backups/own/layout.ts';
import { isAlive } from '../../observe/program.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';

/** Who holds it says so again and again. */
const BEAT_MS = 30_000;

/** The one run that works in a directory. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Makes the lock file of a directory, or throws `BackupFailure` 11 when another run has it. One whose process is gone is
 * taken over: of this machine that is known by its pid and boot, of another, or another container, by its silence.
 */
export function lockDirectory(directory: string, clock: Clock): DirectoryLock {
  const path = join(directory, LOCK_FILE);
  const own = JSON.stringify({
    pid: process.pid,
    boot: bootId(),
    host: hostname(),
    pidNamespace: pidNamespace(),
    nonce: randomBytes(8).toString('hex'),
  });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(path, own)) return hold(path, own);
    const found = read(path);
    if (found === undefined) continue; // Given back just now.
    if (!isStale(path, found, clock)) break;
    takeAway(path, found);
  }
  throw new BackupFailure(
    BACKUP_EXIT.locked,
    `another run works in ${directory}: wait until it is done; one that was killed is known by its process, or after ${LOCK_SILENT_MS / 60_000} minutes of silence`,
  );
}

function create(path: string, text: string): boolean {
  try {
    const fd = openSync(path, 'wx', 0o600);
    writeSync(fd, text);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(path: string, own: string): DirectoryLock {
  const beat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // The disk is gone, which the run will notice by itself.
    }
  }, BEAT_MS);
  beat.unref();
  return {
    release() {
      clearInterval(beat);
      if (read(path) === own) rmSync(path, { force: true });
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isStale(path: string, text: string, clock: Clock): boolean {
  const modifiedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modifiedAt !== undefined && clock.now() - modifiedAt > LOCK_SILENT_MS) return true;
  try {
    const found = JSON.parse(text) as { pid: number; boot: string; host: string; pidNamespace?: string };
    if (found.host !== hostname()) return false;
    if (found.boot !== bootId()) return true;
    // A container may share our kernel and our name, and not our pids.
    if (found.pidNamespace !== pidNamespace()) return false;
    return found.pid === process.pid || !isAlive(found.pid);
  } catch {
    return false; // Being written.
  }
}

/** Takes a dead one away, and puts back a living one that came in between. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== dead) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
