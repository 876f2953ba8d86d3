import { DATABASES } from './databases/all.ts';
import { DISKS } from './disks/all.ts';
import { DOCKER } from './docker/all.ts';
import type { Fault } from './harness/fault.ts';
import { ITSELF } from './itself/all.ts';
import { NETWORK } from './network/all.ts';
import { SERVERS } from './servers/all.ts';

/** Every fault, in the order of docs/faults.md. */
export const ALL: readonly Fault[] = [...DISKS, ...NETWORK, ...SERVERS, ...DATABASES, ...DOCKER, ...ITSELF];

/** One of each sort, for every run of the tests: their rows. */
const ROWS: readonly number[] = [5, 16, 18, 21, 33, 53, 62, 73, 81, 108];
export const REPRESENTATIVE: readonly Fault[] = ROWS.map((row) => {
  const found = ALL.find((fault) => fault.row === row);
  if (!found) throw new Error(`there is no row ${row}`);
  return found;
});
