/** Runs the unit tests of rules against broken versions of the rules. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { stringify } from 'yaml';
import type { Workspace } from './bundle.ts';
import { program } from './needs.ts';
import { durationSeconds } from './promql.ts';
import type { RuleTestCase, RuleText } from './rules.ts';

/** A set of rules of which one is broken, and the unit tests of which one has to fail. */
export interface Trial {
  readonly name: string;
  /** In the order in which they are evaluated. */
  readonly rules: readonly RuleText[];
  readonly evaluationInterval: string;
  readonly cases: readonly RuleTestCase[];
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
/** Files per call of promtool: enough to start it rarely, few enough to keep all processors busy to the end. */
const FILES_PER_CALL = 12;
const CALL_DEADLINE_MS = 120_000;

/**
 * Most broken rules fail the cheapest test, so the trials go on in rounds: each round gives those that are left
 * their next case, cheapest first.
 */
export async function runTrials(trials: readonly Trial[], workspace: Workspace): Promise<readonly Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  let left = trials.map((trial) => ({ trial, cases: inOrder(trial.cases) }));
  for (let round = 0; left.length > 0; round += 1) {
    const files = await Promise.all(left.map((one, index) => writeTrial(workspace, one, round, index)));
    const outputs = await runFiles(files);
    left = left.filter(({ trial, cases }, index) => {
      const output = outputs.get(files[index] ?? '') ?? 'promtool said nothing';
      const isLast = round + 1 >= cases.length;
      const outcome = outcomeOf(output);
      if (outcome === 'unnoticed' && !isLast) return true;
      verdicts.set(trial.name, { name: trial.name, outcome, output });
      return false;
    });
  }
  return trials.flatMap(({ name }) => verdicts.get(name) ?? []);
}

function outcomeOf(output: string): Verdict['outcome'] {
  if (NOTICED.test(output)) return 'noticed';
  return /^\s*SUCCESS\s*$/.test(output) ? 'unnoticed' : 'invalid';
}

/** The cases in the order in which they are tried. */
const inOrder = (cases: readonly RuleTestCase[]): readonly RuleTestCase[] =>
  cases.flatMap((one) => [...beginning(one), one]).sort((a, b) => cost(a) - cost(b));

/** A long case up to the first alert that it expects, which is where most broken rules fail. */
function beginning(one: RuleTestCase): readonly RuleTestCase[] {
  const fires = one.alert_rule_test.find(({ exp_alerts }) => exp_alerts.length > 0);
  if (fires === undefined || 2 * seconds(fires.eval_time) > lastSeconds(one)) return [];
  const checks = one.alert_rule_test.filter(
    ({ eval_time }) => seconds(eval_time) <= seconds(fires.eval_time),
  );
  return [{ ...one, alert_rule_test: checks, promql_expr_test: [] }];
}

/** Evaluations times series; a case that expects no alert notices less, so it comes later. */
function cost(one: RuleTestCase): number {
  const fires = one.alert_rule_test.some(({ exp_alerts }) => exp_alerts.length > 0);
  return (lastSeconds(one) / seconds(one.interval)) * (1 + one.input_series.length) * (fires ? 1 : 3);
}

const seconds = (duration: string): number => durationSeconds(duration) ?? 0;

function lastSeconds({ alert_rule_test, promql_expr_test = [] }: RuleTestCase): number {
  return Math.max(...[...alert_rule_test, ...promql_expr_test].map(({ eval_time }) => seconds(eval_time)));
}

async function writeTrial(
  workspace: Workspace,
  { trial, cases }: { readonly trial: Trial; readonly cases: readonly RuleTestCase[] },
  round: number,
  index: number,
): Promise<string> {
  const { evaluationInterval, rules } = trial;
  const text = { aliasDuplicateObjects: false };
  const ruleFile = `rules-${round}-${index}.yml`;
  await workspace.write(ruleFile, stringify({ groups: [{ name: 'trial', rules }] }, text));
  const test = { rule_files: [ruleFile], evaluation_interval: evaluationInterval, tests: [cases[round]] };
  return workspace.write(`test-${round}-${index}.yml`, stringify(test, text));
}

/** The output of promtool for each file. */
async function runFiles(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const outputs = new Map<string, string>();
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < files.length; at += FILES_PER_CALL)
    batches.push(files.slice(at, at + FILES_PER_CALL));
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
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
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
