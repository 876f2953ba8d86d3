import { setTimeout as sleep } from 'node:timers/promises';
import { openBareStage } from './bare-stage.ts';
import { openDockerStage } from './docker-stage.ts';
import type { Engines } from './engines.ts';
import { brief, type Expectation, isComplete, judge, type Look } from './judge.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { Outcome } from './table.ts';

const LOOK_EVERY_MS = 100;
/** An act has to come to an end by itself. */
const ACT_MS = 60_000;

interface Open {
  readonly stage: Stage;
  /** Name of the volume, where there is one. */
  readonly volume: string | undefined;
  readonly act: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Sets the stage, acts, looks at the report until it is judged, and clears up. */
export async function runScenario(scenario: Scenario, slug: string, engines: Engines): Promise<Outcome> {
  const startedAt = performance.now();
  let actedAt = startedAt;
  const mark = (): void => {
    actedAt = performance.now();
  };
  const open = await engines.opening(() => openStage(scenario, slug, engines, mark));
  const openedAt = performance.now();
  const expectation = { ...scenario, meanwhile: scenario.meanwhile ?? [], volume: open.volume };
  const looks: Look[] = [];
  let playedAt = openedAt;
  let last: Outcome['last'];
  try {
    await play(scenario, open, { mark, look: () => look(open.stage, looks), looks, expectation });
    last = await lastWords(open.stage);
  } finally {
    playedAt = performance.now();
    await open.close();
  }
  const counted = looks.map(({ atMs, incidents }) => ({ atMs: Math.max(0, atMs - actedAt), incidents }));
  const judgement = judge(counted, expectation);
  return {
    ...judgement,
    ...(judgement.verdict !== 'right' && last && { last }),
    name: scenario.name,
    group: scenario.group,
    expected: scenario.expect,
    incidents: counted.at(-1)?.incidents ?? [],
    trail: trailOf(counted),
    tookMs: {
      open: openedAt - startedAt,
      play: playedAt - openedAt,
      close: performance.now() - playedAt,
    },
  };
}

async function openStage(
  scenario: Scenario,
  slug: string,
  engines: Engines,
  mark: () => void,
): Promise<Open> {
  if (scenario.stage === 'bare') {
    const { stage, close } = await openBareStage(scenario.options ?? {}, mark);
    return { stage, volume: undefined, act: () => scenario.act(stage), close };
  }
  const engine = await engines.of(scenario.lane ?? 'shared');
  await scenario.prepare?.(engine);
  const { stage, close } = await openDockerStage(slug, engine, scenario.options ?? {}, mark);
  return { stage, volume: stage.volume, act: () => scenario.act(stage), close };
}

interface Play {
  readonly mark: () => void;
  readonly look: () => Promise<void>;
  readonly looks: Look[];
  readonly expectation: Expectation;
}

/** Looks all the time, also while the act goes on: what opens in its middle counts. */
async function play(
  scenario: Scenario,
  { stage, act }: Open,
  { mark, look, looks, expectation }: Play,
): Promise<void> {
  const off = scenario.whilePgvigilIsOff === true;
  if (off) await stage.exporter.running().stop();
  mark();
  let acting = true;
  const acted = act().finally(() => {
    acting = false;
  });
  acted.catch(() => {});
  const giveUpAt = performance.now() + ACT_MS;
  while (acting && performance.now() < giveUpAt) {
    if (!off) await look();
    await sleep(LOOK_EVERY_MS);
  }
  if (acting) throw new Error(`the act did not end within ${ACT_MS} ms`);
  await acted;
  if (off) {
    mark();
    await stage.exporter.restart();
  }
  const complete = await lookUntil(scenario.withinMs, look, () => {
    const last = looks.at(-1);
    return scenario.expect.length > 0 && last !== undefined && isComplete(last, expectation);
  });
  if (complete || scenario.expect.length === 0) await lookUntil(scenario.watchMs, look, () => false);
}

async function lookUntil(ms: number, look: () => Promise<void>, done: () => boolean): Promise<boolean> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    await look();
    if (done()) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

/** A look that fails is none: pgvigil may be restarting, by our own act, and has no report at first. */
async function look({ exporter }: Stage, looks: Look[]): Promise<void> {
  const report = await exporter.report().catch(() => undefined);
  if (report?.incidents) looks.push({ atMs: performance.now(), incidents: report.incidents });
}

async function lastWords({ exporter }: Stage): Promise<NonNullable<Outcome['last']>> {
  const report = await exporter.report().catch(String);
  return { report, log: exporter.running().output().slice(-8_000) };
}

function trailOf(looks: readonly Look[]): Outcome['trail'] {
  const trail: { atMs: number; incidents: readonly string[] }[] = [];
  for (const { atMs, incidents } of looks) {
    const now = incidents.map(brief);
    if (JSON.stringify(now) !== JSON.stringify(trail.at(-1)?.incidents ?? []))
      trail.push({ atMs: Math.round(atMs), incidents: now });
  }
  return trail;
}
