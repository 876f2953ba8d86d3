import type { Fault } from './fault.ts';

/** Servers that are frozen, crash, stop or are full. */
export const SERVERS: readonly Fault[] = [];
