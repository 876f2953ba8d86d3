import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all below it hold. */
export interface Usage {
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly processes: number;
  /** Processes that PostgreSQL keeps for it. */
  readonly backends: number;
}

/** Resident memory grows with what a garbage collector has not yet looked at: this much of it is no leak. */
const RSS_SLACK_BYTES = 24 * 2 ** 20;

/** Reads it off /proc; what ends in between counts as nothing. */
export function usageOf(pid: number, backends: () => number): Usage {
  const pids = treeOf(pid);
  const sum = (measure: (pid: number) => number): number =>
    pids.reduce((total, one) => total + orZero(() => measure(one)), 0);
  return {
    rssBytes: sum(rssOf),
    descriptors: sum((one) => readdirSync(`/proc/${one}/fd`).length),
    threads: sum((one) => readdirSync(`/proc/${one}/task`).length),
    processes: pids.length,
    backends: backends(),
  };
}

/** The most of everything over several readings. */
export function mostOf(readings: readonly Usage[]): Usage {
  const most = (measure: (usage: Usage) => number): number => Math.max(...readings.map(measure));
  return {
    rssBytes: most(({ rssBytes }) => rssBytes),
    descriptors: most(({ descriptors }) => descriptors),
    threads: most(({ threads }) => threads),
    processes: most(({ processes }) => processes),
    backends: most(({ backends }) => backends),
  };
}

/** What is above the baseline, in words; empty when nothing is. */
export function excess(usage: Usage, baseline: Usage): readonly string[] {
  const limits: Usage = { ...baseline, rssBytes: baseline.rssBytes + RSS_SLACK_BYTES };
  return (Object.keys(limits) as (keyof Usage)[])
    .filter((key) => usage[key] > limits[key])
    .map((key) => `${key} ${usage[key]}, at most ${limits[key]} before the fault`);
}

/** A process and all below it. */
export function treeOf(pid: number): readonly number[] {
  const children = orNothing(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return [
    pid,
    ...children
      .split(' ')
      .filter((child) => child !== '')
      .flatMap((child) => treeOf(Number(child))),
  ];
}

function rssOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function orZero(measure: () => number): number {
  try {
    return measure();
  } catch {
    return 0;
  }
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
