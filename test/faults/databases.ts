import { LOST_DATABASES } from './databases-lost.ts';
import type { Fault } from './fault.ts';

/** Databases that are gone, damaged or have names like none. */
export const DATABASES: readonly Fault[] = [...LOST_DATABASES];
