import { diagnose } from '../../src/diagnose/diagnose.ts';
import { EMPTY_HISTORY, type History } from '../../src/model/history.ts';
import type { Report } from '../../src/model/report.ts';
import { takeSnapshot } from '../../src/observe/look.ts';
import { createExpositions } from '../../src/present/metrics/exposition.ts';
import { createFamilies } from '../../src/present/metrics/families.ts';
import { encodeHistory } from '../../src/remember/codec.ts';
import { recordIncidents } from '../../src/remember/record-incidents.ts';
import { remember } from '../../src/remember/remember.ts';
import { differInWeight } from '../../src/remember/weight.ts';
import { WELL_SELF } from '../../test/kit/world.ts';
import { median } from '../measure/numbers.ts';
import { createTickWorld, type Extent } from './world.ts';

/** What a second is made of, in its order; `encode` happens when something changed, and every five minutes. */
export const STAGES = [
  'parse',
  'observe',
  'remember',
  'diagnose',
  'compare',
  'render',
  'gzip',
  'encode',
] as const;
export type Stage = (typeof STAGES)[number];
/** Milliseconds, one figure of many ticks. */
export type StageCosts = Readonly<Record<Stage, number>>;

/** Those of every second: without a scrape nothing is rendered. */
export const EVERY_TICK: readonly Stage[] = ['parse', 'observe', 'remember', 'diagnose', 'compare'];
export const EVERY_SCRAPE: readonly Stage[] = ['render', 'gzip'];

const WARM_UP = 12;

/** Lets `ticks` seconds go by in a world of this extent, times each stage, and gives one figure of all its times. */
export function costsOf(
  extent: Extent,
  ticks: number,
  figureOf: (times: readonly number[]) => number = median,
): StageCosts {
  const world = createTickWorld(extent);
  const families = createFamilies();
  const expositionOf = createExpositions('text');
  const took = Object.fromEntries(STAGES.map((stage) => [stage, [] as number[]])) as Record<Stage, number[]>;
  let history: History = EMPTY_HISTORY;
  let report: Report | undefined;

  for (let tick = 0; tick < WARM_UP + ticks; tick += 1) {
    world.next();
    const time = <T>(stage: Stage, run: () => T): T => {
      const startedAt = performance.now();
      const result = run();
      if (tick >= WARM_UP) took[stage].push(performance.now() - startedAt);
      return result;
    };
    time('parse', () => world.read());
    const views = world.views();
    const before = history;
    const snapshot = time('observe', () => takeSnapshot(world.config, before, views, world.clock));
    const next = time('remember', () => remember(world.config, before, snapshot, 1_000));
    const found = time('diagnose', () => {
      const self = { ...WELL_SELF, startedAt: 0 };
      const made = diagnose({ config: world.config, sequence: tick, self }, next.history, snapshot);
      return { made, recorded: recordIncidents(next.history, made.incidents, made.at) };
    });
    report = found.made;
    history = found.recorded.history;
    time('compare', () => differInWeight(before, history));
    const exposition = time('render', () => expositionOf(families(found.made)));
    time('gzip', () => exposition.gzipped());
    time('encode', () => encodeHistory(history));
  }
  expectAll(report, extent);
  return Object.fromEntries(STAGES.map((stage) => [stage, figureOf(took[stage])])) as StageCosts;
}

/** A world that is not seen costs nothing: then the figures would be of something else. */
function expectAll(report: Report | undefined, { servers, databases, filesystems }: Extent): void {
  const present = report?.servers.flatMap((server) =>
    server.databases.filter(({ presence, expected }) => presence === 'present' && expected !== undefined),
  );
  if (present?.length !== servers * databases || report?.filesystems.length !== filesystems)
    throw new Error(`of ${servers * databases} databases ${present?.length} were seen`);
}
