import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageOf } from '../../test/faults/harness/usage.ts';
import type { Exporter } from '../../test/kit/exporter.ts';
import { median, slope } from '../measure/numbers.ts';
import { memoryOf } from '../measure/processes.ts';

/** What has to stay flat. */
export const QUANTITIES = [
  { key: 'rss', name: 'RSS of all processes, MiB' },
  { key: 'pss', name: 'PSS of all processes, MiB' },
  { key: 'heap', name: 'heap in use, MiB' },
  { key: 'descriptors', name: 'descriptors' },
  { key: 'handles', name: 'handles of Node.js' },
  { key: 'threads', name: 'threads' },
  { key: 'processes', name: 'processes' },
  { key: 'delay', name: 'event loop delay, p99, ms' },
  { key: 'ledger', name: 'ledger, KiB' },
  { key: 'journal', name: 'journal, KiB' },
] as const;
export type Quantity = (typeof QUANTITIES)[number]['key'];
export type Sample = Readonly<Record<Quantity, number>> & { readonly minute: number };

/** Reads everything now; rejects where pgvigil does not answer. */
export async function sampleOf(exporter: Exporter, minute: number): Promise<Sample> {
  const lines = await exporter.metrics('nodejs_');
  const sum = (prefix: string): number =>
    lines
      .filter((line) => line.startsWith(prefix))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  const pid = exporter.pid();
  const { descriptors, threads, processes } = usageOf(pid, () => 0);
  const { rssBytes, pssBytes } = memoryOf(pid);
  return {
    minute,
    rss: rssBytes / 2 ** 20,
    pss: pssBytes / 2 ** 20,
    heap: sum('nodejs_heap_size_used_bytes') / 2 ** 20,
    descriptors,
    handles: sum('nodejs_active_resources{'),
    threads,
    processes,
    delay: sum('nodejs_eventloop_lag_p99_seconds') * 1_000,
    ledger: bytesOf(exporter.stateDirectory, /^ledger\.json$/) / 1024,
    journal: bytesOf(exporter.stateDirectory, /^journal/) / 1024,
  };
}

/** How one quantity went. */
export interface Course {
  readonly name: string;
  /** Medians of the first and of the last quarter, once warm. */
  readonly first: number;
  readonly last: number;
  readonly most: number;
  readonly perHour: number;
}

/** What a start takes is over by then. */
const WARM_UP_SHARE = 0.15;

export function courseOf(samples: readonly Sample[], key: Quantity, name: string): Course {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const values = warm.map((sample) => sample[key]);
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return {
    name,
    first: median(values.slice(0, quarter)),
    last: median(values.slice(-quarter)),
    most: Math.max(...values),
    perHour: slope(warm.map((sample) => [sample.minute / 60, sample[key]])),
  };
}

function bytesOf(directory: string, name: RegExp): number {
  const files = readdirSync(directory).filter((file) => name.test(file));
  return files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
}
