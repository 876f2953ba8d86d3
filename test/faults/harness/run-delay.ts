import { readFileSync } from 'node:fs';

/**
 * How long the first thread of a process was ready to run and was not let, in milliseconds (proc_pid_schedstat);
 * 0 when there is no such process.
 */
export function runDelayMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
