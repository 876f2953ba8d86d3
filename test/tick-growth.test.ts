import { expect, test } from 'vitest';
import { costsOf, EVERY_TICK } from '../bench/tick/stages.ts';
import type { Extent } from '../bench/tick/world.ts';

const SMALL: Extent = { servers: 1, databases: 10, volumes: 1, filesystems: 2 };
const TICKS = 12;
/** In proportion it is 2, and 4 where everything is compared with everything. */
const AT_MOST = 3.2;

const TRIES = 4;

/** The cheapest tick, in ms: what a second costs, and not what else the machine was doing. */
function costOf(extent: Partial<Extent>): number {
  const costs = costsOf({ ...SMALL, ...extent }, TICKS, (times) => Math.min(...times));
  return EVERY_TICK.reduce((sum, stage) => sum + costs[stage], 0);
}

test.each([
  ['databases', 1_000],
  ['servers', 50],
  ['volumes', 400],
  ['filesystems', 200],
] as const)('twice as many %s cost a tick about twice as much', { timeout: 120_000 }, (what, size) => {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    least[0] = Math.min(least[0], costOf({ [what]: size }));
    least[1] = Math.min(least[1], costOf({ [what]: 2 * size }));
  }
  expect(least[1] / least[0]).toBeLessThan(AT_MOST);
});
