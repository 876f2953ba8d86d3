import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeWorkspace, type Workspace } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { durationSeconds } from '../kit/promql.ts';
import { RULE_TESTS, RULES, readRuleTest, ruleFiles } from '../kit/rules.ts';

/** A group whose rules can be broken. */
interface RuleGroup {
  name: string;
  rules: { alert?: string; record?: string; expr: string; for?: string; keep_firing_for?: string }[];
}

/** Ways to break a rule. Each that changes a rule must make its unit test fail, or the test proves nothing. */
const MUTATIONS: Readonly<Record<string, (rule: RuleGroup['rules'][number]) => void>> = {
  'without `for`': (rule) => {
    delete rule.for;
  },
  'without `keep_firing_for`': (rule) => {
    delete rule.keep_firing_for;
  },
  'with a `for` that is two evaluations longer': (rule) => {
    rule.for = `${seconds(rule.for) + 2 * evaluationSeconds(rule.alert)}s`;
  },
  'with the opposite value': (rule) => {
    rule.expr = rule.expr.replace(/== 0/, '== 1');
  },
  'with a lower threshold': (rule) => {
    rule.expr = rule.expr.replace(/< (0\.\d+)/, (_, limit) => `< ${Number(limit) - 0.002}`);
  },
  'with a higher threshold': (rule) => {
    rule.expr = rule.expr.replace(/< (0\.\d+)/, (_, limit) => `< ${Number(limit) + 0.001}`);
  },
  'with a threshold that includes its limit': (rule) => {
    rule.expr = rule.expr.replace(/< (0\.\d+)/, '<= $1');
  },
  'without its last condition': (rule) => {
    rule.expr = rule.expr.replace(/\n(and|unless)( (on|ignoring) \(.*\))?\n.*\n?$/, '\n');
  },
  'without a memory of what was seen': (rule) => {
    rule.expr = rule.expr.replace(/last_over_time\((\w+)\[10m\]\)/, '$1');
  },
  'with its labels left as they are': (rule) => {
    rule.expr = rule.expr.replaceAll(/without \(instance, job/g, 'without (nothing');
  },
  'with the other aggregation': (rule) => {
    // An expectation, an absence and a symptom are always 1: the least and the greatest of them are the same.
    if (/^.*(_expected\)|absent|\(\n.*_symptom\{)/.test(rule.expr)) return;
    rule.expr = rule.expr.replace(/^(min|max)/, (name) => (name === 'min' ? 'max' : 'min'));
  },
};

const mutants = ruleFiles().flatMap((file) =>
  groupsOf(file).flatMap(({ rules }, group) =>
    rules.flatMap((rule, index) =>
      Object.entries(rule.alert === undefined ? {} : MUTATIONS).flatMap(([how, mutate]) => {
        const groups = groupsOf(file);
        const victim = groups[group]?.rules[index];
        if (!victim) throw new Error(`${basename(file)} has lost a rule`);
        mutate(victim);
        if (JSON.stringify(victim) === JSON.stringify(rule)) return [];
        return [{ name: `${rule.alert} ${how}`, alert: rule.alert ?? '', groups }];
      }),
    ),
  ),
);

describeWith(['prometheus'], 'a broken rule is noticed', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await makeWorkspace('mutations');
  });
  afterAll(() => workspace.remove());

  test('there are enough ways to break one', () => {
    expect(mutants.length).toBeGreaterThan(40);
  });

  test.each(mutants)('$name', async ({ alert, groups }) => {
    await workspace.write('rules.yml', stringify({ groups }));
    const tests = parse(readFileSync(join(RULE_TESTS, `${alert}.yml`), 'utf8')) as object;
    const file = await workspace.write('test.yml', stringify({ ...tests, rule_files: ['rules.yml'] }));
    const { code, output } = await run({ command: program('promtool'), args: ['test', 'rules', file] });
    expect(code, output).not.toBe(0);
    expect(output).toContain('exp:');
  });
});

function groupsOf(file: string): RuleGroup[] {
  return (parse(readFileSync(join(RULES, basename(file)), 'utf8')) as { groups: RuleGroup[] }).groups;
}

function evaluationSeconds(alert: string | undefined): number {
  return seconds(readRuleTest(join(RULE_TESTS, `${alert}.yml`)).evaluation_interval);
}

function seconds(duration: string | undefined): number {
  return durationSeconds(duration ?? '0s') ?? 0;
}
