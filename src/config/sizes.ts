import type { Result } from './problem.ts';

/** Largest first, so that formatting finds the largest unit that divides evenly. */
const UNITS_BYTES = [
  ['PiB', 1024 ** 5],
  ['PB', 1000 ** 5],
  ['TiB', 1024 ** 4],
  ['TB', 1000 ** 4],
  ['GiB', 1024 ** 3],
  ['GB', 1000 ** 3],
  ['MiB', 1024 ** 2],
  ['MB', 1000 ** 2],
  ['KiB', 1024],
  ['kB', 1000],
  ['B', 1],
] as const;

/** What to write instead of something that is no size. */
export const SIZE_HELP =
  'must be a whole number with its unit, for example `512B`, `10MB` (powers of 1000) or `1GiB` (powers of 1024)';

/** Takes a text such as `10MB` or `1GiB` and gives bytes; `KB` is read as `kB`. */
export function parseSize(text: string): Result<number> {
  const match = /^(\d+)([kKMGTP]?i?B)$/.exec(text);
  const name = match?.[2] === 'KB' ? 'kB' : match?.[2];
  const factor = UNITS_BYTES.find(([unit]) => unit === name)?.[1];
  if (match === null || factor === undefined) return { ok: false, message: SIZE_HELP };
  const sizeBytes = Number(match[1]) * factor;
  if (!Number.isSafeInteger(sizeBytes)) {
    return { ok: false, message: 'is larger than 8 PiB: write less' };
  }
  return { ok: true, value: sizeBytes };
}

/** Takes whole bytes, 0 or more, and gives an exact text that `parseSize` reads back. */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes === 0) return '0B';
  const [unit, factor] = UNITS_BYTES.find(([, bytes]) => sizeBytes % bytes === 0) ?? ['B', 1];
  return `${sizeBytes / factor}${unit}`;
}
