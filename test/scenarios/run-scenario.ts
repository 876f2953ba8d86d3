import { setTimeout as sleep } from 'node:timers/promises';
import { openBareStage } from './bare-stage.ts';
import { openDockerStage } from './docker-stage.ts';
import type { Engines } from './engines.ts';
import { brief, type Expectation, isComplete, type Judgement, judge, type Look } from './judge.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { Outcome } from './table.ts';

const LOOK_EVERY_MS = 100;
/** An act has to come to an end by itself. */
const ACT_MS = 60_000;

/** A scenario whose stage is set. */
export interface Open {
  readonly stage: Stage;
  /** Name of the volume, where there is one. */
  readonly volume: string | undefined;
  readonly act: () => Promise<void>;
  /** The time of the act is taken from here. */
  readonly mark: () => void;
  readonly actedAt: () => number;
  readonly close: () => Promise<void>;
}

/** Sets the stage, acts, looks at the report until it is judged, and clears up. */
export async function runScenario(scenario: Scenario, slug: string, engines: Engines): Promise<Outcome> {
  const startedAt = performance.now();
  const open = await openScenario(scenario, slug, engines);
  const openedAt = performance.now();
  let playedAt = openedAt;
  let played: Played;
  let last: Outcome['last'];
  try {
    played = await playScenario(scenario, open);
    last = await lastWords(open.stage);
  } finally {
    playedAt = performance.now();
    await open.close();
  }
  const { counted, judgement } = played;
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

/** Sets the stage of a scenario, when it is its turn; the slug is part of every name that it gives. */
export function openScenario(scenario: Scenario, slug: string, engines: Engines): Promise<Open> {
  let actedAt = performance.now();
  const mark = (): void => {
    actedAt = performance.now();
  };
  return engines.opening(async () => {
    const open = await openStage(scenario, slug, engines, mark);
    return { ...open, mark, actedAt: () => actedAt };
  });
}

async function openStage(
  scenario: Scenario,
  slug: string,
  engines: Engines,
  mark: () => void,
): Promise<Omit<Open, 'mark' | 'actedAt'>> {
  if (scenario.stage === 'bare') {
    const { stage, close } = await openBareStage(scenario.options ?? {}, mark);
    return { stage, volume: undefined, act: () => scenario.act(stage), close };
  }
  const engine = await engines.of(scenario.lane ?? 'shared');
  await scenario.prepare?.(engine);
  const { stage, close } = await openDockerStage(slug, engine, scenario.options ?? {}, mark);
  return { stage, volume: stage.volume, act: () => scenario.act(stage), close };
}

/** What was seen of a scenario, and what it is worth. */
export interface Played {
  readonly counted: readonly Look[];
  readonly judgement: Judgement;
}

/** Acts, and looks at the report until it is judged. */
export async function playScenario(scenario: Scenario, open: Open): Promise<Played> {
  const expectation = { ...scenario, meanwhile: scenario.meanwhile ?? [], volume: open.volume };
  const looks: Look[] = [];
  await play(scenario, open, { mark: open.mark, look: () => look(open.stage, looks), looks, expectation });
  const actedAt = open.actedAt();
  const counted = looks.map(({ atMs, incidents }) => ({ atMs: Math.max(0, atMs - actedAt), incidents }));
  return { counted, judgement: judge(counted, expectation) };
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
