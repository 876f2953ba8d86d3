/** From values to places on the paper. */
export interface Scale {
  readonly log: boolean;
  readonly min: number;
  readonly max: number;
  readonly at: (value: number) => number;
}

const STEPS = 6;

/** A scale that holds all `values`; a logarithmic one begins and ends at a power of ten. */
export function scaleOf(
  values: readonly number[],
  paper: { readonly log: boolean; readonly from: number; readonly to: number; readonly zero?: boolean },
): Scale {
  const { log, from, to, zero = false } = paper;
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const low = usable.length === 0 ? 1 : Math.min(...usable);
  const high = usable.length === 0 ? 10 : Math.max(...usable);
  const min = log ? 10 ** Math.floor(Math.log10(low)) : zero ? Math.min(0, low) : low;
  const top = log ? 10 ** Math.ceil(Math.log10(high)) : zero ? high * 1.05 : high;
  const max = top > min ? top : log ? min * 10 : min + 1;
  const place = log ? Math.log10 : (value: number): number => value;
  const share = (value: number): number => (place(value) - place(min)) / (place(max) - place(min));
  return { log, min, max, at: (value) => from + share(Math.max(min, value)) * (to - from) };
}

/** The powers of ten from one to the other. */
export function decadesOf(min: number, max: number): readonly number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** Round values between the two, about half a dozen. */
export function stepsOf(min: number, max: number): readonly number[] {
  const rough = (max - min) / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
