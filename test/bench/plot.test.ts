import { describe, expect, test } from 'vitest';
import { slope } from '../../bench/measure/numbers.ts';
import { linePlot } from '../../bench/plot/line-plot.ts';
import { decadesOf, scaleOf, stepsOf } from '../../bench/plot/scale.ts';

describe('a scale', () => {
  test('puts the ends of a logarithmic one on powers of ten, and decades in equal steps', () => {
    const scale = scaleOf([3, 450], { log: true, from: 0, to: 300 });
    expect([scale.min, scale.max]).toEqual([1, 1_000]);
    expect(decadesOf(scale.min, scale.max).map((at) => Math.round(scale.at(at)))).toEqual([0, 100, 200, 300]);
  });

  test('begins a plain one at zero when asked to, and has room for the highest', () => {
    const scale = scaleOf([50, 100], { log: false, from: 0, to: 210, zero: true });
    expect([scale.at(0), Math.round(scale.at(50)), Math.round(scale.at(100))]).toEqual([0, 100, 200]);
  });

  test('has no value outside of the paper, not even one that has no logarithm', () => {
    expect(scaleOf([0, 10, 1_000], { log: true, from: 0, to: 1 }).at(0)).toBe(0);
  });

  test('takes round steps', () => {
    expect(stepsOf(0, 105)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(stepsOf(0, 0.7).map((at) => Number(at.toFixed(3)))).toEqual([0, 0.2, 0.4, 0.6]);
  });
});

describe('a plot', () => {
  const plot = linePlot({
    title: 'a < b',
    x: { label: 'databases', log: true },
    y: { label: 'ms' },
    lines: [
      {
        name: 'one & only',
        points: [
          [10, 1],
          [100, 2],
        ],
      },
    ],
    limits: [{ name: 'target', y: 3 }],
  });

  test('names everything that it shows, and escapes it', () => {
    for (const name of ['a &lt; b', 'one &amp; only', 'target', '>databases<', '>ms<'])
      expect(plot).toContain(name);
    expect(plot).not.toMatch(/NaN|undefined|one & only/);
  });

  test('has a point for each value, and a dark scheme', () => {
    expect(plot.match(/<circle/g)).toHaveLength(2);
    expect(plot).toContain('prefers-color-scheme:dark');
  });
});

test('the slope is what a line gains for each step', () => {
  expect(slope([0, 1, 2, 3].map((x) => [x, 5 + 2 * x]))).toBeCloseTo(2);
  expect(slope([0, 1, 2, 3].map((x) => [x, 7]))).toBeCloseTo(0);
});
