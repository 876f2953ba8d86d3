import { DATABASES } from './databases.ts';
import { DISKS } from './disks.ts';
import { DOCKER } from './docker.ts';
import type { Fault } from './fault.ts';
import { ITSELF } from './itself.ts';
import { NETWORK } from './network.ts';
import { SERVERS } from './servers.ts';

/** Every fault, in the order of docs/faults.md. */
export const ALL: readonly Fault[] = [...DISKS, ...NETWORK, ...SERVERS, ...DATABASES, ...DOCKER, ...ITSELF];

/** One of each sort, for every run of the tests: their rows. */
const ROWS: readonly number[] = [1];
export const REPRESENTATIVE: readonly Fault[] = ROWS.map((row) => {
  const found = ALL.find((fault) => fault.row === row);
  if (!found) throw new Error(`there is no row ${row}`);
  return found;
});
