import type { Fault } from './fault.ts';

/** Servers that cannot be reached, and connections that lead nowhere. */
export const NETWORK: readonly Fault[] = [];
