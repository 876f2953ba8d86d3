import { brief, seconds } from '../../scenarios/judge.ts';
import { openScenario, playScenario } from '../../scenarios/run-scenario.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Stage as ScenarioStage } from '../../scenarios/stage.ts';
import { backendsOf } from './backends.ts';
import type { Fault } from './fault.ts';
import type { Vigil } from './vigil.ts';

/** What was told is still told after this. */
const STAYS_MS = 3_000;
const DOCKER_NEEDS = ['root', 'postgres15', 'dockerd', 'docker-compose', 'debootstrap'] as const;

/** What a fault adds to its scenario. */
export interface Additions<S extends Scenario> {
  readonly name?: string;
  /** Looks at more than incidents, and takes the fault away again where it can be; says what was seen. */
  readonly after?: (stage: StageOf<S>, vigil: Vigil) => Promise<string>;
  /** How long nothing else may open after what is expected, or at all where nothing is. */
  readonly watchMs?: number;
}

type StageOf<S extends Scenario> = Parameters<S['act']>[0];

/** A fault out of a scenario: its act, its judgement, and a pgvigil that is looked at all the time. */
export function fromScenario<S extends Scenario>(
  row: number,
  scenario: S,
  { name = scenario.name, after, watchMs = STAYS_MS }: Additions<S> = {},
): Fault {
  const needs = scenario.stage === 'docker' ? DOCKER_NEEDS : (['root', 'postgres', 'postgres15'] as const);
  return {
    row,
    name,
    needs: [...needs, ...(scenario.needs ?? [])],
    async play(stage) {
      const open = await openScenario(scenario, slugOf(row, name), stage.engines);
      stage.undo(open.close);
      const vigil = await stage.adopt(open.stage.exporter, { backends: backendsOf(open.stage.port) });
      const { counted, judgement } = await playScenario({ ...scenario, watchMs }, open);
      const { verdict, toldMs, why } = judgement;
      if (verdict !== 'right') throw new Error(`${verdict}: ${why}`);
      const told = counted.at(-1)?.incidents.map(brief) ?? [];
      const seen = toldMs === undefined ? 'nothing opened' : `${told.join('; ')} after ${seconds(toldMs)} s`;
      const more = await after?.(open.stage as ScenarioStage as StageOf<S>, vigil);
      return more === undefined ? seen : `${seen}; ${more}`;
    },
  };
}

/** The scenario of this name. */
export function scenarioNamed<S extends Scenario>(scenarios: readonly S[], name: string): S {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`no scenario is called "${name}"`);
  return found;
}

/** Short and of its own for each fault: it is part of names in the engine, and faults may share a row. */
function slugOf(row: number, name: string): string {
  const sum = [...name].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 10_000, 0);
  return `f${row}x${sum}`;
}
