import { readFileSync } from 'node:fs';
import { treeOf } from '../../test/faults/harness/usage.ts';

/** What Linux counts processor time in, on every machine that it runs on today. */
const TICKS_PER_SECOND = 100;

/**
 * Processor seconds, user and system, of a process, of all below it, and of those of them that have ended: what a
 * child took counts for its parent once it is gone (proc(5), `cutime`).
 */
export function cpuSecondsOf(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + ticksOf(one), 0) / TICKS_PER_SECOND;
}

/** Memory in bytes of a process and all below it. */
export interface Memory {
  readonly rssBytes: number;
  /** What they share is counted once, in parts. */
  readonly pssBytes: number;
}

export function memoryOf(pid: number): Memory {
  const all = treeOf(pid).map(rollupOf);
  const sum = (name: string): number =>
    all.reduce(
      (total, rollup) =>
        total + 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0),
      0,
    );
  return { rssBytes: sum('Rss'), pssBytes: sum('Pss') };
}

function ticksOf(pid: number): number {
  const stat = orNothing(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

const rollupOf = (pid: number): string => orNothing(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));

/** A process that ends while it is read took nothing any more. */
function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
