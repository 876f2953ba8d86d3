import type { Incident } from '../../src/model/incident.ts';
import { type Judgement, seconds } from './judge.ts';
import type { Expected, Scenario } from './scenario.ts';

/** How one scenario ended. */
export interface Outcome extends Judgement {
  readonly name: string;
  readonly group: Scenario['group'];
  readonly expected: readonly Expected[];
  /** What was open in the end. */
  readonly incidents: readonly Incident[];
  /** Every change of what was open, on the way there. */
  readonly trail: readonly { readonly atMs: number; readonly incidents: readonly string[] }[];
  /** What pgvigil reported and logged last, of a scenario that is not right. */
  readonly last?: { readonly report: unknown; readonly log: string };
  /** Setting the stage, the act with all looks, and clearing up. */
  readonly tookMs: { readonly open: number; readonly play: number; readonly close: number };
}

/** What is told of a scenario that did not come to an end. */
export function notRun({ name, group, expect }: Scenario): Outcome {
  const nothing = { incidents: [], trail: [], tookMs: { open: 0, play: 0, close: 0 } };
  return { ...nothing, name, group, expected: expect, verdict: 'not run', toldMs: undefined, why: undefined };
}

/** The table that is printed in the end, with the median and the worst time. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((one) => [
    one.name,
    one.expected.map(short).join('; ') || 'nothing',
    one.incidents.map(short).join('; ') || 'nothing',
    one.toldMs === undefined ? '' : seconds(one.toldMs),
    one.verdict === 'right' ? 'right' : one.verdict.toUpperCase(),
  ]);
  const all = [['scenario', 'expected', 'told', 'seconds', 'verdict'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  '),
  );
  const bad = outcomes.filter(({ verdict }) => verdict !== 'right');
  const reasons = bad.map(({ name, verdict, why }) => `${name}: ${verdict}${why ? `: ${why}` : ''}`);
  return [...lines, '', ...reasons, summary(outcomes), ''].join('\n');
}

/** Median and worst time, over all losses that were told. */
export function summary(outcomes: readonly Outcome[]): string {
  const right = outcomes.filter(({ verdict }) => verdict === 'right').length;
  const times = outcomes.flatMap(({ toldMs }) => toldMs ?? []).sort((a, b) => a - b);
  const told = `${right} of ${outcomes.length} scenarios right`;
  const worst = times.at(-1);
  return worst === undefined
    ? told
    : `${told}; told after ${seconds(median(times))} s in the median, ${seconds(worst)} s at worst`;
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

function short(one: Expected | Incident): string {
  const kind = typeof one.kind === 'string' ? one.kind : one.kind.join(' or ');
  const how = [one.trigger, one.confidence].filter(Boolean).join(', ');
  return `${kind} / ${one.cause}${how === '' ? '' : ` (${how})`}`;
}
