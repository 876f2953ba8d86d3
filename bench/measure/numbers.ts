import { percentile } from '../page/figures.ts';

/** The middle of all values (nearest rank); NaN where there is none. */
export const median = (values: readonly number[]): number => percentile(values, 50) ?? Number.NaN;

/** The value that 99 of 100 do not exceed (nearest rank). */
export const p99 = (values: readonly number[]): number => percentile(values, 99) ?? Number.NaN;

/** Few digits, as a person reads them; a dash for what was not measured. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 10 ** digits) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(digits)));
}

/** How many times as much; a dash where one of them was not measured. */
export function ratio(more: number, less: number): string {
  const times = more / less;
  return Number.isFinite(times) ? `${figure(times, times >= 10 ? 2 : 3)}×` : '–';
}

/** What a value gains for each step of x: the slope of the line with the least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return above / below;
}

/** The sizes that are measured: all of them, or those that BENCH_SIZES names. */
export const SIZES: readonly number[] = (process.env['BENCH_SIZES'] ?? '10,100,1000,10000')
  .split(',')
  .map(Number);
