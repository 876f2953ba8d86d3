import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../kit/bundle.ts';
import { runTrials, type Verdict } from '../kit/mutant-run.ts';
import { describeWith } from '../kit/needs.ts';
import { trialsOfBundle } from '../kit/rule-trials.ts';
import { ruleTestFiles } from '../kit/rules.ts';
import { EQUIVALENT } from './equivalent-mutants.ts';

const trials = trialsOfBundle();
const subjects = [...new Set(trials.map(({ name }) => name.split(': ')[0] ?? ''))];
const isListed = (name: string): boolean => EQUIVALENT.some(({ mutants }) => mutants.test(name));

describeWith(['prometheus'], 'a broken rule is noticed', () => {
  let workspace: Workspace;
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    workspace = await makeWorkspace('mutations');
    verdicts = await runTrials(trials, workspace);
  }, 2_000_000);
  afterAll(() => workspace?.remove());

  test('there are enough ways to break one', () => {
    expect(trials.length).toBeGreaterThan(10 * ruleTestFiles().length);
    expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
  });

  test.each(subjects)('%s', (subject) => {
    const own = verdicts.filter(({ name }) => name.startsWith(`${subject}: `));
    expect(own.length).toBeGreaterThan(0);
    const missed = own.filter(({ name, outcome }) => outcome === 'unnoticed' && !isListed(name));
    const invalid = own.filter(({ outcome }) => outcome === 'invalid');
    expect({ missed: missed.map(({ name }) => name), invalid }).toEqual({ missed: [], invalid: [] });
  });

  test.each(EQUIVALENT)('means the same: $mutants', ({ mutants }) => {
    const listed = verdicts.filter(({ name }) => mutants.test(name));
    expect(listed.length, 'there is no such broken rule any more').toBeGreaterThan(0);
    expect(listed.filter(({ outcome }) => outcome !== 'unnoticed').map(({ name }) => name)).toEqual([]);
  });
});
