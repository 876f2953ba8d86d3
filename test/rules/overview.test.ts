import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeWorkspace } from '../kit/bundle.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { FLEET_TEST, RULES, type RuleGroup, readGroups } from '../kit/rules.ts';

const groups = readGroups(join(RULES, 'fleet.yml'));
const promtool = (...args: readonly string[]) => run({ command: program('promtool'), args });

/** A rule, what stands in it, and what breaks it: each must make the unit test fail. */
const MUTANTS: readonly (readonly [record: string, from: string, to: string])[] = [
  ['host_server:pgvigil_server_up:max', 'max', 'min'],
  ['host_server:pgvigil_server_up:max', 'instance, job', 'job'],
  ['host_server:pgvigil_database_expected:count', ', source', ''],
  ['host_server:pgvigil_database_expected:count', 'count', 'max'],
  ['host_server:pgvigil_database_present:sum', 'min', 'max'],
  ['host_server:pgvigil_database_present:sum', 'sum', 'count'],
  ['host_server:pgvigil_database_present:sum', 'and', 'or'],
  ['host_server:pgvigil_database_missing:sum', 'min', 'max'],
  ['host_server:pgvigil_database_missing:sum', 'bool 0', 'bool 1'],
  ['host_server:pgvigil_database_missing:sum', '== bool 0', '== 0'],
  ['host_server:pgvigil_database_missing:sum', 'and', 'or'],
  ['host_server:pgvigil_database_unknown:count', 'unless', 'and'],
  ['host_server:pgvigil_database_unknown:count', '\nor\nhost_server:pgvigil_database_expected:count * 0', ''],
  ['host_server:pgvigil_database_size_bytes:sum', 'max', 'min'],
  ['host_server:pgvigil_database_size_bytes:sum', 'sum', 'max'],
  ['host_server_kind_cause:pgvigil_incident_open:count', ', id', ''],
  ['host_server_kind_cause:pgvigil_incident_open:count', ', confidence', ''],
  ['host_server_kind_cause:pgvigil_incident_open:count', 'count', 'max'],
  ['host_server:pgvigil_risk:sum', 'max', 'min'],
  ['host_server:pgvigil_risk:sum', 'sum', 'count'],
  ['host:pgvigil_filesystem_avail_per_size:ratio_min', 'min', 'max'],
  ['host:pgvigil_filesystem_avail_per_size:ratio_min', ' > 0', ''],
  ['host:up:min', 'min', 'max'],
  ['host:up:min', '{job="pgvigil"}', ''],
  ['fleet:up:count', 'count', 'sum'],
  ['fleet:up:sum', 'sum', 'count'],
  ['fleet:pgvigil_server_up:count', 'count', 'sum'],
  ['fleet:pgvigil_server_up:sum', 'sum', 'count'],
  ['fleet:pgvigil_database_expected:sum', 'sum(', 'max('],
  ['fleet:pgvigil_database_present:sum', 'sum(', 'max('],
  ['fleet:pgvigil_database_missing:sum', 'sum(', 'max('],
  ['fleet:pgvigil_database_unknown:sum', 'sum(', 'max('],
  ['kind_cause:pgvigil_incident_open:sum', 'sum', 'max'],
  ['fleet:pgvigil_filesystem_avail_per_size:ratio_min', 'min', 'max'],
];

function broken(record: string, from: string, to: string): RuleGroup[] {
  const rule = groups.flatMap(({ rules }) => rules).find((one) => one.record === record);
  if (!rule?.expr.includes(from)) throw new Error(`${record} has no ${JSON.stringify(from)}`);
  const victim = { ...rule, expr: rule.expr.replace(from, to) };
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((one) => (one === rule ? victim : one)),
  }));
}

describeWith(['prometheus'], 'the recorded overview', () => {
  const records = groups.flatMap(({ rules }) => rules.map(({ record = '' }) => record));

  test('is right for hosts that are well, lost, blind and half known', async () => {
    const { code, output } = await promtool('test', 'rules', FLEET_TEST);
    expect(code, output).toBe(0);
  });

  test('only records, under names of a level, a metric and operations', () => {
    for (const record of records) expect(record).toMatch(/^[a-z_]+:[a-z_]+:[a-z_]+$/);
    expect(new Set(records).size).toBe(records.length);
  });

  test('notices every rule that is broken', async () => {
    expect([...new Set(MUTANTS.map(([record]) => record))]).toEqual(records);
    const workspace = await makeWorkspace('overview');
    try {
      const tests = parse(readFileSync(FLEET_TEST, 'utf8')) as object;
      const files: string[] = [];
      for (const [index, mutant] of MUTANTS.entries()) {
        const rules = `rules-${index}.yml`;
        await workspace.write(rules, stringify({ groups: broken(...mutant) }));
        files.push(await workspace.write(`test-${index}.yml`, stringify({ ...tests, rule_files: [rules] })));
      }
      const { output } = await promtool('test', 'rules', ...files);
      const parts = output.split('Unit Testing:').slice(1);
      expect(parts).toHaveLength(MUTANTS.length);
      // Not only that it failed: a rule that cannot be read fails too, and proves nothing.
      const unnoticed = parts.flatMap((part, index) =>
        part.includes('exp:') ? [] : [MUTANTS[index]?.join(' | ')],
      );
      expect(unnoticed).toEqual([]);
    } finally {
      await workspace.remove();
    }
  });
});
