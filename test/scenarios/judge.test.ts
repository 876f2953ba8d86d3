import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/model/incident.ts';
import { type Expectation, judge, type Look } from './judge.ts';
import { formatTable } from './table.ts';

const dropped: Incident = {
  id: '00000000',
  kind: 'database_missing',
  server: 'main',
  datname: 'simfab_dev',
  volume: undefined,
  since: 0,
  needsAcceptance: true,
  cause: 'database_dropped',
  trigger: undefined,
  confidence: 'observed',
  evidence: [{ kind: 'row_absent', at: 0, source: 'postgres_catalog', facts: {} }],
  symptoms: [],
};
const unknown: Incident = { ...dropped, cause: 'unknown', confidence: 'unknown', evidence: [] };
const down: Incident = { ...dropped, kind: 'server_down', datname: undefined, cause: 'container_stopped' };

const expectation: Expectation = {
  expect: [
    {
      kind: ['database_missing', 'database_replaced'],
      cause: 'database_dropped',
      confidence: 'observed',
      datname: 'simfab_dev',
      evidence: ['row_absent'],
    },
  ],
  meanwhile: [],
  withinMs: 3_000,
  volume: undefined,
};
const looks = (...incidents: readonly (readonly Incident[])[]): readonly Look[] =>
  incidents.map((one, index) => ({ atMs: index * 1_000, incidents: one }));

describe('a scenario is judged', () => {
  test.each<[string, readonly Look[], Partial<Expectation>]>([
    ['right', looks([], [dropped], [dropped]), {}],
    ['right', looks([], [unknown], [dropped]), { meanwhile: ['unknown'] }],
    ['right', looks([], []), { expect: [] }],
    ['late', looks([], [], [], [], [dropped]), {}],
    ['late', looks([], [{ ...dropped, evidence: [] }], [], [], [dropped]), {}],
    ['missed', looks([], []), {}],
    ['missed', looks([dropped, dropped]), {}],
    ['incomplete', looks([{ ...dropped, evidence: [] }]), {}],
    ['incomplete', looks([{ ...dropped, confidence: 'inferred' }]), {}],
    ['incomplete', looks([dropped], []), {}],
    ['missed', looks([{ ...dropped, datname: 'shop' }]), {}],
    ['wrong cause', looks([unknown], [dropped]), {}],
    ['wrong cause', looks([dropped], [dropped, down]), {}],
    ['false alarm', looks([], [unknown], []), { expect: [] }],
  ])('as %s: %#', (verdict, seen, changes) => {
    expect(judge(seen, { ...expectation, ...changes }).verdict).toBe(verdict);
  });

  test('by the time at which the cause was told, not its evidence', () => {
    expect(judge(looks([], [{ ...dropped, evidence: [] }], [dropped]), expectation)).toMatchObject({
      verdict: 'right',
      toldMs: 1_000,
    });
  });

  test('with a trigger and a volume of its own', () => {
    const expected = { kind: 'volume_missing', cause: 'volume_removed', volume: 'pinned' } as const;
    const incident: Incident = {
      ...dropped,
      kind: 'volume_missing',
      cause: 'volume_removed',
      volume: 'data',
      trigger: 'volume_rm',
    };
    const verdict = (volume: string, trigger: 'volume_rm' | 'compose_down'): string =>
      judge(looks([incident]), { ...expectation, expect: [{ ...expected, trigger }], volume }).verdict;
    expect(verdict('data', 'volume_rm')).toBe('right');
    expect(verdict('data', 'compose_down')).toBe('incomplete');
    expect(verdict('other', 'volume_rm')).toBe('missed');
  });
});

test('the table ends with the median and the worst time', () => {
  const outcome = (name: string, toldMs: number | undefined) => ({
    name,
    group: 'loss' as const,
    expected: expectation.expect,
    incidents: [dropped],
    trail: [],
    tookMs: { open: 1, play: 1, close: 1 },
    verdict: toldMs === undefined ? ('missed' as const) : ('right' as const),
    toldMs,
    why: toldMs === undefined ? 'nothing was open' : undefined,
  });
  const lines = formatTable([outcome('a', 1_000), outcome('b', 4_000), outcome('c', undefined)]).split('\n');
  expect(lines[1]).toMatch(
    /^a +database_missing or database_replaced \/ database_dropped \(observed\) .* 1\.0 +right$/,
  );
  expect(lines[3]).toMatch(/MISSED$/);
  expect(lines.at(-3)).toBe('c: missed: nothing was open');
  expect(lines.at(-2)).toBe('2 of 3 scenarios right; told after 2.5 s in the median, 4.0 s at worst');
});
