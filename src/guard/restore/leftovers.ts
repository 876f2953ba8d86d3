import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { killLeftover } from '../../observe/program.ts';

/** What a killed machine left behind; no test takes so long. */
const LEFTOVER_MS = 24 * 3_600_000;

/** Removes directories with this prefix that are older than a day: restored data is data. */
export function sweepLeftovers(base: string, prefix: string, nowMs: number): void {
  for (const name of readdirSync(base)) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(base, name);
    try {
      const modified = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
      if (modified !== undefined && nowMs - modified > LEFTOVER_MS) removeLeftover(directory);
    } catch {
      // Of another user.
    }
  }
}

/** Removes a directory, and ends the server that may still run in it. */
export function removeLeftover(directory: string): void {
  const pid = serverIn(directory);
  if (pid !== undefined) killLeftover(pid);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function serverIn(directory: string): number | undefined {
  try {
    const [pid = ''] = readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n');
    const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${directory}/data`);
    return isOurs ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}
