import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../kit/bundle.ts';
import { describeWith } from '../../kit/needs.ts';
import { createEngines } from '../../scenarios/engines.ts';
import type { Fault } from './fault.ts';
import { type Outcome, runFault } from './run-fault.ts';
import { formatTable } from './table.ts';

const TIMEOUT_MS = 300_000;

/**
 * One test for each fault, one after the other. What was seen is written to test-output after each, so that a run that
 * is cut short leaves it; the table is printed in the end.
 */
export function defineSuite(name: string, faults: readonly Fault[], file: string): void {
  describe(name, () => {
    const outcomes: Outcome[] = [];
    const engines = createEngines();
    afterAll(async () => {
      await engines.stop();
      if (outcomes.length === 0) return;
      process.stdout.write(`\n${formatTable(outcomes)}\n`);
    });
    const keep = (outcome: Outcome): void => {
      outcomes.push(outcome);
      const directory = join(ROOT, 'test-output');
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, file), `${JSON.stringify(outcomes, undefined, 2)}\n`);
    };
    for (const fault of faults) {
      describeWith([...fault.needs, 'prometheus'], `row ${fault.row}`, () => {
        // What fails once has failed: a fault that is survived most of the time is not survived.
        test(fault.name, { timeout: TIMEOUT_MS, retry: 0 }, async () => {
          const outcome = await runFault(fault, engines);
          keep(outcome);
          expect(outcome.problems).toEqual([]);
        });
      });
    }
  });
}
