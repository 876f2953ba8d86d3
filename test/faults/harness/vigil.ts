import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../src/model/report.ts';
import { type Exporter, type ExporterOptions, startExporter } from '../../kit/exporter.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Exposition, Labels } from './exposition.ts';
import { excess, mostOf, type Usage, usageOf } from './usage.ts';
import { type Watch, watchMetrics } from './watch.ts';

export interface WatchOptions {
  /** How many processes a PostgreSQL keeps for pgvigil now; what it holds is judged too. */
  readonly backends?: () => number;
  /** All is well when this is so; the baseline is taken after it. By default once there is a report. */
  readonly calm?: (scrape: Exposition) => boolean;
}

export type VigilOptions = ExporterOptions & WatchOptions;

/** A pgvigil that is looked at all the time. */
export interface Vigil {
  readonly exporter: Exporter;
  readonly watch: Watch;
  readonly report: () => Promise<Report>;
  /** Waits until the metric has this value, or until `undefined`, until it is absent. Gives the time in ms. */
  readonly until: (
    name: string,
    labels: Labels,
    value: number | undefined,
    withinMs: number,
  ) => Promise<number>;
  /** Waits until the scrape is so. Gives the time in ms. */
  readonly becomes: (
    what: string,
    withinMs: number,
    look: (scrape: Exposition) => boolean,
  ) => Promise<number>;
  /** For so long the scrape has to stay so. */
  readonly stays: (what: string, forMs: number, look: (scrape: Exposition) => boolean) => Promise<void>;
  /** Ends the program, as asked, and starts it again on the same state. Gives ms to the first report. */
  readonly restart: (signal?: NodeJS.Signals) => Promise<number>;
  readonly usage: () => Usage;
  /** Before the fault: the most over three seconds. */
  readonly baseline: Usage;
  /** Waits until nothing is held beyond the baseline. Gives the time in ms; throws with what is still held. */
  readonly returns: (withinMs: number) => Promise<number>;
  /** Everything it wrote and serves, for a search. */
  readonly everything: () => Promise<string>;
  /** Ends it as a supervisor would. Gives the exit code and ms. */
  readonly end: () => Promise<{ readonly code: number | null; readonly ms: number }>;
  /** Ends it in whatever state it is. */
  readonly discard: () => Promise<void>;
}

const WARM_UP_MS = 2_000;
const BASELINE_MS = 3_000;
const EVERY_MS = 100;

/** Starts a pgvigil, waits until it is calm, and takes the baseline. */
export async function startVigil(config: object, options: VigilOptions = {}): Promise<Vigil> {
  return watchExporter(await startExporter(config, options), options);
}

/** Looks at a pgvigil that runs, once it is calm, and takes the baseline. */
export async function watchExporter(exporter: Exporter, options: WatchOptions = {}): Promise<Vigil> {
  const { backends = () => 0, calm = () => true } = options;
  const watch = watchMetrics(exporter.url, exporter.pid);
  const written: string[] = [];
  const usage = (): Usage => usageOf(exporter.pid(), backends);
  const becomes: Vigil['becomes'] = async (what, withinMs, look) => {
    const startedAt = performance.now();
    const scrape = () => watch.last();
    await waitFor(what, withinMs, () => (isSo(scrape(), look) ? true : undefined), EVERY_MS).catch(
      (error) => {
        throw new Error(`${error.message}\n${lastWords(exporter, scrape())}`);
      },
    );
    return performance.now() - startedAt;
  };
  let ended = false;
  const discard = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await watch.stop();
    await exporter.stop();
  };
  let baseline: Usage;
  try {
    await becomes('calm', 30_000, calm);
    await sleep(WARM_UP_MS);
    baseline = await measured(usage, BASELINE_MS);
  } catch (error) {
    await discard();
    throw error;
  }

  return {
    exporter,
    watch,
    report: exporter.report,
    becomes,
    until: (name, labels, value, withinMs) =>
      becomes(`${name} ${JSON.stringify(labels)} is ${value ?? 'absent'}`, withinMs, (scrape) => {
        const found = scrape.value(name, labels);
        return found === value;
      }),
    async stays(what, forMs, look) {
      const until = performance.now() + forMs;
      while (performance.now() < until) {
        const scrape = watch.last();
        if (!isSo(scrape, look)) throw new Error(`${what}: no longer\n${lastWords(exporter, scrape)}`);
        await sleep(EVERY_MS);
      }
    },
    async restart(signal = 'SIGTERM') {
      await watch.pause();
      written.push(exporter.running().output());
      const startedAt = performance.now();
      await exporter.restart(signal);
      const took = performance.now() - startedAt;
      watch.resume();
      return took;
    },
    usage,
    baseline,
    async returns(withinMs) {
      const startedAt = performance.now();
      for (;;) {
        const still = excess(usage(), baseline);
        if (still.length === 0) return performance.now() - startedAt;
        if (performance.now() - startedAt > withinMs) throw new Error(`still held: ${still.join('; ')}`);
        await sleep(EVERY_MS);
      }
    },
    async everything() {
      const served = await Promise.all(
        ['/metrics', '/api/v1/report', '/api/v1/events', '/', '/-/healthy'].map(async (path) =>
          (await fetch(`${exporter.url}${path}`)).text(),
        ),
      );
      return [
        ...written,
        exporter.running().output(),
        ...served,
        ...filesBelow(exporter.stateDirectory),
      ].join('\n');
    },
    async end() {
      await watch.stop();
      ended = true;
      const startedAt = performance.now();
      const { code } = await exporter.stop();
      return { code, ms: performance.now() - startedAt };
    },
    discard,
  };
}

/** A look that finds no single series is none. */
function isSo(scrape: Exposition | undefined, look: (scrape: Exposition) => boolean): boolean {
  return scrape !== undefined && look(scrape);
}

async function measured(usage: () => Usage, forMs: number): Promise<Usage> {
  const readings: Usage[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    readings.push(usage());
    await sleep(EVERY_MS);
  }
  return mostOf(readings);
}

function lastWords(exporter: Exporter, scrape: Exposition | undefined): string {
  const samples = scrape?.text.split('\n').filter((line) => line.startsWith('pgvigil_')) ?? [];
  return [...samples.slice(0, 200), exporter.running().output().slice(-3_000)].join('\n');
}

/** The state directory may have been made unreadable by the fault. */
function filesBelow(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  } catch {
    return [];
  }
}
