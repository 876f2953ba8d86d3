import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../kit/bundle.ts';
import { describeWith, type Need } from '../kit/needs.ts';
import { createEngines, createLane } from './engines.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { formatTable, notRun, type Outcome } from './table.ts';

const NEEDS: readonly Need[] = ['root', 'postgres', 'postgres15', 'dockerd', 'docker-compose', 'debootstrap'];
/** Most of the time a scenario waits: for a grace to end, for something else to open. */
const AT_ONCE = 8;
/** Waiting for a turn counts as running. */
const TIMEOUT_MS = 1_200_000;

/** One test for each scenario, several at a time; the table is printed and written in the end. */
export function defineSuite(name: string, scenarios: readonly Scenario[], file: string): void {
  describeWith(NEEDS, name, () => {
    const engines = createEngines();
    const lanes = { shared: createLane(AT_ONCE), lone: createLane(1) };
    const outcomes = new Map<Scenario, Outcome>();
    afterAll(async () => {
      await engines.stop();
      const told = scenarios.flatMap((scenario) => outcomes.get(scenario) ?? []);
      if (told.length === 0) return;
      process.stdout.write(`\n${formatTable(told)}\n`);
      const directory = join(ROOT, 'test-output');
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, file), `${JSON.stringify(told, undefined, 2)}\n`);
    }, 120_000);

    for (const [index, scenario] of scenarios.entries()) {
      // A wrong cause told once is a wrong cause: never tried again.
      test.concurrent(scenario.name, { timeout: TIMEOUT_MS, retry: 0 }, async () => {
        const slug = `s${String(index).padStart(2, '0')}`;
        outcomes.set(scenario, notRun(scenario));
        const outcome = await lanes[scenario.lane ?? 'shared'](() => runScenario(scenario, slug, engines));
        outcomes.set(scenario, outcome);
        expect(outcome.verdict, outcome.why).toBe('right');
      });
    }
  });
}
