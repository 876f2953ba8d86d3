import type { Fault } from '../harness/fault.ts';
import { CROWDS } from './crowds.ts';
import { FREEZES } from './freezes.ts';
import { PEERS } from './peers.ts';
import { PROCESSES } from './processes.ts';
import { REFUSALS } from './refusals.ts';

/** Servers whose processes freeze, die or loop, and servers that let nobody in. */
export const SERVERS: readonly Fault[] = [...FREEZES, ...PROCESSES, ...REFUSALS, ...CROWDS, ...PEERS];
