import type { Fault } from './fault.ts';

/** Databases that are gone, damaged or have names like none. */
export const DATABASES: readonly Fault[] = [];
