/** Runs the unit tests of rules against broken versions of the rules. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { stringify } from 'yaml';
import type { Workspace } from './bundle.ts';
import { inOrder, type Step } from './mutant-steps.ts';
import { program } from './needs.ts';

/** A broken rule, and the unit tests of which one has to fail. */
export interface Trial {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** What became of it. */
export interface Verdict {
  readonly name: string;
  /** `noticed`: a test failed as it should. `unnoticed`: all passed. `invalid`: the rules could not be loaded. */
  readonly outcome: 'noticed' | 'unnoticed' | 'invalid';
  readonly output: string;
}

/** An expectation that was not met, or an evaluation that two series of the same labels made impossible. */
const NOTICED = /exp:|, err: (found duplicate series|multiple matches|many-to-many|vector cannot contain)/;
/** Enough to start promtool rarely. */
const MOST_FILES_PER_CALL = 12;
/** Few enough to keep all processors busy to the end of a round. */
const CALLS_PER_PROCESSOR = 4;
const CALL_DEADLINE_MS = 120_000;

/**
 * Most broken rules fail the cheapest test, so the trials go on in rounds: each round gives those that are left
 * their next step, cheapest first.
 */
export async function runTrials(trials: readonly Trial[], workspace: Workspace): Promise<readonly Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  let left = trials.map(({ name, steps }) => ({ name, steps: inOrder(steps) }));
  for (let round = 0; left.length > 0; round += 1) {
    const files = await Promise.all(
      left.map(({ steps }, index) => writeStep(workspace, steps[round], `${round}-${index}`)),
    );
    const outputs = await runFiles(files);
    left = left.filter(({ name, steps }, index) => {
      const output = outputs.get(files[index] ?? '') ?? 'promtool said nothing';
      const outcome = outcomeOf(output);
      if (outcome === 'unnoticed' && round + 1 < steps.length) return true;
      verdicts.set(name, { name, outcome, output });
      return false;
    });
  }
  return trials.flatMap(({ name }) => verdicts.get(name) ?? []);
}

function outcomeOf(output: string): Verdict['outcome'] {
  if (NOTICED.test(output)) return 'noticed';
  return /^\s*SUCCESS\s*$/.test(output) ? 'unnoticed' : 'invalid';
}

async function writeStep(workspace: Workspace, step: Step | undefined, name: string): Promise<string> {
  if (step === undefined) throw new Error('a broken rule has no unit test');
  const text = { aliasDuplicateObjects: false };
  const ruleFile = `rules-${name}.yml`;
  await workspace.write(ruleFile, stringify({ groups: [{ name: 'trial', rules: step.rules }] }, text));
  const test = {
    rule_files: [ruleFile],
    evaluation_interval: step.evaluationInterval,
    tests: [step.test],
  };
  return workspace.write(`test-${name}.yml`, stringify(test, text));
}

/** The output of promtool for each file. */
async function runFiles(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const outputs = new Map<string, string>();
  const processors = availableParallelism();
  const size = Math.min(MOST_FILES_PER_CALL, Math.ceil(files.length / (CALLS_PER_PROCESSOR * processors)));
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < files.length; at += size) batches.push(files.slice(at, at + size));
  const work = batches.values();
  const worker = async (): Promise<void> => {
    for (const batch of work) {
      const text = await promtool(batch);
      for (const part of text.split(/^Unit Testing: {2}/m).slice(1)) {
        const end = part.indexOf('\n');
        outputs.set(part.slice(0, end), part.slice(end + 1));
      }
    }
  };
  await Promise.all(Array.from({ length: processors }, worker));
  return outputs;
}

/** Both outputs in one: what failed is on standard error, between the names on standard output. */
function promtool(files: readonly string[]): Promise<string> {
  const args = ['-c', 'exec "$0" test rules "$@" 2>&1', program('promtool'), ...files];
  // One thread each: the calls run side by side, and threads of one would only wait for each other.
  const env = { ...process.env, GOMAXPROCS: '1' };
  return new Promise((resolve, reject) => {
    execFile('sh', args, { env, timeout: CALL_DEADLINE_MS, maxBuffer: 100_000_000 }, (error, output) => {
      // Code 1 is what a failed test gives.
      if (error !== null && error.code !== 1) reject(error);
      else resolve(output);
    });
  });
}
